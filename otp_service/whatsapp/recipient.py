"""A recipient as Meta must get it: E.164 with its "+", whatever the caller typed."""

from __future__ import annotations

import re

import phonenumbers

from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.messages.content import string

# 15 digits are the longest number of E.164; the rest is room for brackets, dashes and spaces.
_MAX_SPELLING_CHARS = 48
# Letters are refused although phonenumbers reads them: a vanity spelling is a guess at who it is.
_SPELLING = re.compile(r"[+\uff0b]?[\d\s()./\-\u2010-\u2015\u2212]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# The numbering plan dropped this 1 in 2019, and WhatsApp's ids of Mexican numbers still have it.
_MEXICAN_WHATSAPP_ID = re.compile(r"\+521[0-9]{10}")


def checked_region(region: str) -> str:
    """Return `region`. Raises InvalidArgumentError unless it is a country (ISO 3166-1 alpha-2)."""
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidArgumentError("default_region must be a country's two capital letters")
    return region


def e164(to: str, default_region: str) -> str:
    """Return `to`, in any usual spelling, as "+" and 7 to 15 digits.

    A number without "+" is read as one dialled in `default_region` (ISO 3166-1), so it must be
    valid there; one with "+" needs a length that its country has, since numbering plans change
    faster than phonenumbers. Raises InvalidArgumentError, which never repeats the number.
    Source: ITU-T E.164; "Messages", Cloud API (without "+" Meta may prepend the business's own
    country, and a stranger gets the message).
    """
    spelling = string(to, "to").strip()
    if len(spelling) <= _MAX_SPELLING_CHARS and _SPELLING.fullmatch(spelling):
        number = _read(spelling, default_region)
        if number is not None:
            return number
    raise InvalidArgumentError(
        "to must be a phone number, best in E.164: a + and the country code first"
    )


def _read(spelling: str, default_region: str) -> str | None:
    if _MEXICAN_WHATSAPP_ID.fullmatch(spelling):
        return spelling
    try:
        number = phonenumbers.parse(spelling, default_region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    if not spelling.startswith(("+", "\uff0b")) and not phonenumbers.is_valid_number(number):
        return None
    formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return formatted if _E164.fullmatch(formatted) else None
