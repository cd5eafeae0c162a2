"""How a phone number is known at rest: by a keyed pseudonym and a masked form, never in plain."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from otp_service.domain.phone_number import REMEMBERED, PhoneNumber

# 15 bytes are 24 base32 characters without padding: 120 bits, safe in a URL and a Redis key.
_PSEUDONYM_BYTES = 15


@dataclass(frozen=True, slots=True)
class Subject:
    """`phone_id` is also the `userId` of the contract and the `sub` of a session.

    The later owners of a number that changed hands have another: see `user_id_of`.

    `country` is the ISO 3166-1 code of the number, `001` for none; empty where only a session's
    token names the person.
    """

    phone_id: str
    masked_phone: str = ""
    country: str = ""


def user_id_of(phone_id: str, former_owners: int) -> str:
    """The `userId` of the number's owner: the phone_id of the first, with `-2` of the second."""
    return f"{phone_id}-{former_owners + 1}" if former_owners else phone_id


def read_user_id(user_id: str) -> tuple[str, int]:
    """The phone_id and the former owners that `user_id_of` was given."""
    phone_id, _, owner = user_id.partition("-")
    return phone_id, int(owner or 1) - 1


class Pseudonyms:
    """phone_id = HMAC-SHA-256(pseudonym key, E.164), so that Redis alone cannot name anyone.

    Keyed, because all the phone numbers of a country are enumerated in seconds.
    """

    def __init__(self, key: bytes) -> None:
        # Copied for each: hmac.digest hands Python's lock to another thread each time.
        self._mac = hmac.new(key, digestmod=hashlib.sha256)
        # Each step of a login asks for it again.
        self.subject_of = lru_cache(REMEMBERED)(self._subject_of)

    def message_id_of(self, wamid: str) -> str:
        """How the audit knows one of Meta's messages: a wamid holds the number in base64."""
        return self._pseudonym("wamid:", wamid)

    def _subject_of(self, number: PhoneNumber) -> Subject:
        return Subject(self._pseudonym("", number.e164), number.masked, number.region)

    def _pseudonym(self, kind: str, plain: str) -> str:
        mac = self._mac.copy()
        mac.update((kind + plain).encode())
        return base64.b32encode(mac.digest()[:_PSEUDONYM_BYTES]).decode().lower()
