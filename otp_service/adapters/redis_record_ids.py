"""How Redis knows a person: by the userId, or sealed under a newer key once that had to change.

A `userId` never changes, since callers keep their data by it; so it is not the thing to make anew
when the pseudonym key has leaked. What is made anew is the name under which Redis keeps a person:
an encryption of the userId, so that whoever can make userIds from numbers still finds nobody in
Redis, while the service needs no phone number to tell the one from the other.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from functools import lru_cache

from otp_service.adapters.redis_keys import NumberKeys

# A userId is 120 bits in base32. A seal permutes them: a Feistel network (Luby and Rackoff 1988,
# as in NIST SP 800-38G) whose round function is HMAC-SHA-256; four rounds are the least.
_HALF_BITS = 60
_HALF = (1 << _HALF_BITS) - 1
_HALF_BYTES, _ID_BYTES = 8, 15
_ROUNDS = 8
# Reading the audit meets the same few persons again and again.
_REMEMBERED = 4_096
# Administrators act in the audit as `admin:<userId>`, which may end in the number of its owner.
_USER_IN_CLIENT = re.compile(r"(?<=:)[a-z2-7]{24}(?=$|-\d)")
_SEALED_IN_CLIENT = re.compile(r"(?<=:)[0-9a-f]{8}-[a-z2-7]{24}(?=$|-\d)")


class Seal:
    """One key. Its short `name` stands in every id that it sealed: `<name>-<24 characters>`."""

    def __init__(self, name: str, key: bytes) -> None:
        self.name = name
        self._key = key

    def __repr__(self) -> str:
        return f"Seal({self.name})"

    def close(self, phone_id: str) -> str:
        plain = int.from_bytes(base64.b32decode(phone_id.upper()), "big")
        left, right = plain >> _HALF_BITS, plain & _HALF
        for turn in range(_ROUNDS):
            left, right = right, left ^ self._mixed(turn, right)
        return f"{self.name}-{_letters(left, right)}"

    def open(self, letters: str) -> str:
        sealed = int.from_bytes(base64.b32decode(letters.upper()), "big")
        left, right = sealed >> _HALF_BITS, sealed & _HALF
        for turn in reversed(range(_ROUNDS)):
            left, right = right ^ self._mixed(turn, left), left
        return _letters(left, right)

    def _mixed(self, turn: int, half: int) -> int:
        message = bytes([turn]) + half.to_bytes(_HALF_BYTES, "big")
        mac = hmac.digest(self._key, message, hashlib.sha256)
        return int.from_bytes(mac[:_HALF_BYTES], "big") & _HALF


class RecordIds:
    """`seals` newest first: the first one's ids are written, all are found.

    Without any, a record id is the userId itself. `coming` is the key that other instances write
    with already, or no longer: what they keep under it is found too, and becomes ours when it is
    touched (see lua/adopt.lua).
    """

    def __init__(self, seals: Sequence[Seal] = (), coming: Seal | None = None) -> None:
        self._seals = {seal.name: seal for seal in seals}
        others = [] if coming is None or coming.name in self._seals else [coming]
        self._order = [*seals, None, *others]
        self._seals |= {seal.name: seal for seal in others}
        self._made = lru_cache(_REMEMBERED)(self._make)
        self._opened = lru_cache(_REMEMBERED)(self._open)

    def all_of(self, phone_id: str) -> tuple[str, ...]:
        """Every record id that this person may be kept under; ours first.

        Of whom only a record id by a key that is gone is known: that one.
        """
        if len(self._order) == 1 or not phone_id or "-" in phone_id:
            return (phone_id,)
        return self._made(phone_id)

    def id_of(self, phone_id: str) -> str:
        """What we write."""
        return self.all_of(phone_id)[0]

    def others_of(self, phone_id: str) -> tuple[str, ...]:
        return self.all_of(phone_id)[1:]

    def is_ours(self, record_id: str) -> bool:
        """Whether it is as we write it now."""
        newest = self._order[0]
        return record_id.partition("-")[0] == newest.name if newest else "-" not in record_id

    def is_known(self, record_id: str) -> bool:
        """Whether its key is still among ours."""
        name, separator, _ = record_id.partition("-")
        return not separator or name in self._seals

    def user_id_of(self, record_id: str) -> str:
        """As callers know the person; the record id itself where its key is gone."""
        return self._opened(record_id) if "-" in record_id else record_id

    def keys_of(self, phone_id: str) -> NumberKeys:
        return NumberKeys(phone_id, self.id_of(phone_id))

    def all_keys_of(self, phone_id: str) -> list[NumberKeys]:
        """Ours first."""
        return [NumberKeys(phone_id, record_id) for record_id in self.all_of(phone_id)]

    def client_as_kept(self, client_id: str) -> str:
        """A client's name with the userId in it, if any, sealed."""
        return self.clients_as_kept(client_id)[0]

    def clients_as_kept(self, client_id: str) -> tuple[str, ...]:
        """Every form in which the audit may hold it; ours first."""
        found = _USER_IN_CLIENT.search(client_id)
        if found is None:
            return (client_id,)
        before, after = client_id[: found.start()], client_id[found.end() :]
        return tuple(f"{before}{one}{after}" for one in self.all_of(found[0]))

    def client_of(self, kept: str) -> str:
        """As it was before `client_as_kept`."""
        return _SEALED_IN_CLIENT.sub(lambda found: self.user_id_of(found[0]), kept)

    def _make(self, phone_id: str) -> tuple[str, ...]:
        return tuple(phone_id if seal is None else seal.close(phone_id) for seal in self._order)

    def _open(self, record_id: str) -> str:
        name, _, letters = record_id.partition("-")
        seal = self._seals.get(name)
        return seal.open(letters) if seal else record_id


def _letters(left: int, right: int) -> str:
    raw = (left << _HALF_BITS | right).to_bytes(_ID_BYTES, "big")
    return base64.b32encode(raw).decode().lower()


UNSEALED = RecordIds()
