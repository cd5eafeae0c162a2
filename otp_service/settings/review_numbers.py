"""OTP_TEST_NUMBERS: the numbers of an app store's reviewers."""

import json
from datetime import UTC, date, datetime, time, timedelta

import phonenumbers

from otp_service.domain.passcode import LENGTH
from otp_service.domain.review_numbers import MOST_NUMBERS, ReviewNumber, ReviewNumbers
from otp_service.settings.secret_files import file_text

_SHAPE = '{"+12395550199": {"code": "<6 digits>", "until": "2026-12-31"}}'


def read_review_numbers(text: str) -> ReviewNumbers:
    """JSON, or `@file` with JSON; `until` is the last day, in UTC. Raise ValueError."""
    raw = file_text("OTP_TEST_NUMBERS", text[1:]) if text.startswith("@") else text
    try:
        numbers = [_number(e164, row) for e164, row in json.loads(raw).items()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # Without the error's own words: they may quote a passcode.
        raise ValueError(f"must be JSON like {_SHAPE} ({type(error).__name__})") from None
    if len(numbers) > MOST_NUMBERS:
        raise ValueError(f"at most {MOST_NUMBERS} numbers")
    return ReviewNumbers(numbers)


def _number(e164: str, row: dict[str, str]) -> ReviewNumber:
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        raise ValueError("not a phone number") from None
    plain = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if plain != e164 or not phonenumbers.is_valid_number(parsed):
        raise ValueError("not E.164")
    code = row["code"]
    if len(code) != LENGTH or not (code.isascii() and code.isdigit()):
        raise ValueError("not 6 digits")
    last_day = date.fromisoformat(row["until"]) + timedelta(days=1)
    return ReviewNumber(e164, code, datetime.combine(last_day, time(), UTC).timestamp())
