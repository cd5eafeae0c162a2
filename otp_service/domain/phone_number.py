"""Phone numbers: any spelling a person types or pastes, read as one E.164 number."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from otp_service.domain.errors import CountryNotAllowedError, InvalidPhoneError

# The longest E.164 number has 15 digits; the rest is room for spaces, brackets and dashes.
MAX_INPUT_CHARS = 48
# Those who log in at the moment, in each process, and nowhere but in its memory.
REMEMBERED = 1_024
_MINUS_SIGN = "\u2212"
_PUNCTUATION = frozenset("+().-/")
_AS_MOST_TYPE_IT = re.compile(r"[0-9+().\-/ ]*")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """`e164` is `+` and up to 15 digits; `region` the ISO 3166-1 country, `001` for none."""

    e164: str
    region: str
    country_code: int

    @property
    def masked(self) -> str:
        """For people to read: `+1******0100`; four digits stay hidden at least."""
        prefix = f"+{self.country_code}"
        national = self.e164.removeprefix(prefix)
        hidden = max(len(national) - 4, min(4, len(national)))
        return f"{prefix}{'*' * hidden}{national[hidden:]}"

    def __repr__(self) -> str:
        return f"PhoneNumber({self.masked})"


@dataclass(frozen=True, slots=True)
class PhoneNumberReader:
    """Reads numbers of `default_region` without a country code, and only `allowed_countries`.

    An empty `allowed_countries` allows every country.
    """

    default_region: str
    allowed_countries: frozenset[str] = frozenset()

    def read(self, text: str | PhoneNumber) -> PhoneNumber:
        """Normalise to E.164 (ITU-T E.164), unless it was before. Raise InvalidPhoneError."""
        if isinstance(text, PhoneNumber):
            return text
        return _understood(_plain_digits(text), self.default_region)

    def require_allowed_country(self, number: PhoneNumber) -> None:
        """Raise CountryNotAllowedError."""
        if self.allowed_countries and number.region not in self.allowed_countries:
            raise CountryNotAllowedError


# A person's number is read again with each look of the login screen and with each try.
@lru_cache(REMEMBERED)
def _understood(plain: str, default_region: str) -> PhoneNumber:
    try:
        number = phonenumbers.parse(plain, default_region)
    except phonenumbers.NumberParseException:
        raise InvalidPhoneError from None
    # As `is_valid_number` does, which keeps to itself the region that costs half of the work.
    region = phonenumbers.region_code_for_number(number)
    if region is None or not phonenumbers.is_valid_number_for_region(number, region):
        raise InvalidPhoneError
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return PhoneNumber(e164, region, number.country_code or 0)


def _plain_digits(text: str) -> str:
    """ASCII digits and punctuation, or InvalidPhoneError.

    Letters are refused although `phonenumbers` would read them: a vanity spelling or a sentence
    around a number is a guess at who gets the code.
    """
    if len(text) > MAX_INPUT_CHARS:
        raise InvalidPhoneError
    if _AS_MOST_TYPE_IT.fullmatch(text):
        return text.strip()
    # NFKC folds full-width forms; Cf are invisible marks that contact apps paste with a number.
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_plain(char) for char in folded if unicodedata.category(char) != "Cf").strip()


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd" or char == _MINUS_SIGN:
        return "-"
    if category == "Zs" or char in "\t\r\n":
        return " "
    if char in _PUNCTUATION:
        return char
    raise InvalidPhoneError
