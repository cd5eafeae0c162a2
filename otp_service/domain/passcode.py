"""The six digits that prove a phone: made uniformly, read forgivingly."""

import secrets

from otp_service.domain.errors import InvalidRequestError

LENGTH = 6
MAX_INPUT_CHARS = 32
_FORGIVEN = str.maketrans("", "", " -\t\u00a0\u2010\u2011\u2012\u2013\u2014")


def generate_passcode() -> str:
    """Six decimal digits, uniform over all 10^6 (NIST SP 800-63B-4 section 3.1.3.2)."""
    return f"{secrets.randbelow(10**LENGTH):0{LENGTH}d}"


def read_passcode(text: str) -> str:
    """Trim, forgive spaces and dashes. Raise InvalidRequestError for anything but six digits."""
    digits = text.strip().translate(_FORGIVEN) if len(text) <= MAX_INPUT_CHARS else ""
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        raise InvalidRequestError("otpCode must be the 6 digits of the code.")
    return digits
