"""How a phone number is known at rest: by a keyed pseudonym and a masked form, never in plain."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from otp_service.domain.phone_number import PhoneNumber

# 15 bytes are 24 base32 characters without padding: 120 bits, safe in a URL and a Redis key.
_PHONE_ID_BYTES = 15


@dataclass(frozen=True, slots=True)
class Subject:
    """`phone_id` is also the `userId` of the contract and the `sub` of a session."""

    phone_id: str
    masked_phone: str = ""


class Pseudonyms:
    """phone_id = HMAC-SHA-256(pseudonym key, E.164), so that Redis alone cannot name anyone.

    Keyed, because all the phone numbers of a country are enumerated in seconds.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def subject_of(self, number: PhoneNumber) -> Subject:
        mac = hmac.digest(self._key, number.e164.encode(), hashlib.sha256)[:_PHONE_ID_BYTES]
        return Subject(base64.b32encode(mac).decode().lower(), number.masked)
