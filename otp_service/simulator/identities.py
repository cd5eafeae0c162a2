"""Who has a phone number, as Meta knows it: a hash that changes with the person's phone or owner.

Meta, "Identity change check" and "Settings API". What a hash looks like is not documented.
"""

import base64
import hashlib
import threading
from collections.abc import Callable
from typing import Any

from otp_service.simulator.account import AccountState

_HASH_BYTES = 9


class Identities:
    """Safe for many threads. Numbers are E.164."""

    def __init__(self, account: AccountState) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._changed: dict[str, str] = {}

    def of(self, number: str) -> str:
        with self._lock:
            changed = self._changed.get(number)
        return changed or _first_of(number)

    def told_of(self, number: str) -> str | None:
        """What a webhook says; nothing unless the business number's check is on."""
        return self.of(number) if self._account.number.identity_key_check else None

    def keeps_out(self, number: str, expected: str | None) -> bool:
        """Whether a message for the identity `expected` must not go there."""
        told = self.told_of(number)
        return expected is not None and told is not None and told != expected

    def change(self, identities: dict[str, str]) -> None:
        with self._lock:
            self._changed |= identities


def identity_orders(identities: Identities) -> dict[str, Callable[[Any], Callable[[], None]]]:
    """`identities` of `POST /control`: who has a number from now on, by E.164 number."""

    def read(value: object) -> Callable[[], None]:
        if not isinstance(value, dict) or not all(map(_is_identity, value.items())):
            raise ValueError('identities must be like {"+12395550100": "<hash>"}')
        return lambda: identities.change(value)

    return {"identities": read}


def _is_identity(pair: tuple[object, object]) -> bool:
    number, told = pair
    return str(number).startswith("+") and isinstance(told, str) and bool(told)


def _first_of(number: str) -> str:
    digest = hashlib.sha256(f"identity of {number}".encode()).digest()
    return base64.b64encode(digest[:_HASH_BYTES]).decode()
