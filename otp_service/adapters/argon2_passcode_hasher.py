"""PasscodeHasher: argon2id over the peppered passcode, on a pool of as many threads as cores.

The pepper, not the cost, protects 10^6 candidates: whoever has Redis but not the pepper has
nothing to try them against. More hashing threads than cores only cost memory and fairness.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Pepper:
    """A secret key and the short name by which a digest remembers it."""

    key_id: str
    key: bytes

    def __repr__(self) -> str:
        return f"Pepper({self.key_id})"


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """RFC 9106 parameters: memory in KiB, passes, lanes."""

    memory_kib: int = 7168
    passes: int = 1
    lanes: int = 1


class Argon2PasscodeHasher:
    """Digests read `<pepper key id>:<argon2 encoded hash>`; the first pepper makes new ones.

    `hashed` is told of each hash the seconds that it waited for a thread, and then took.
    """

    def __init__(
        self,
        peppers: Sequence[Pepper],
        cost: Argon2Cost,
        threads: int,
        hashed: Callable[[float, float], None] | None = None,
    ) -> None:
        self._hashed = hashed
        self._newest = peppers[0]
        self._peppers = {pepper.key_id: pepper for pepper in peppers}
        self._argon2 = PasswordHasher(
            memory_cost=cost.memory_kib, time_cost=cost.passes, parallelism=cost.lanes
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")

    def digest(self, login: str, passcode: str) -> str:
        peppered = _peppered(self._newest, login, passcode)
        encoded = self._in_pool(lambda: self._argon2.hash(peppered))
        return f"{self._newest.key_id}:{encoded}"

    def matches(self, digest: str, login: str, passcode: str) -> bool:
        key_id, _, encoded = digest.partition(":")
        pepper = self._peppers.get(key_id)
        if pepper is None:
            return False
        peppered = _peppered(pepper, login, passcode)
        try:
            return self._in_pool(lambda: self._argon2.verify(encoded, peppered))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def close(self) -> None:
        self._pool.shutdown()

    def _in_pool(self, work: Callable[[], _Result]) -> _Result:
        submitted_at = time.perf_counter()

        def timed() -> _Result:
            started_at = time.perf_counter()
            try:
                return work()
            finally:
                if self._hashed:
                    self._hashed(started_at - submitted_at, time.perf_counter() - started_at)

        return self._pool.submit(timed).result()


def _peppered(pepper: Pepper, login: str, passcode: str) -> bytes:
    # The login makes a digest worthless for any other challenge, and for any other number.
    # Not hmac.digest, which hands Python's lock to another thread.
    return hmac.new(pepper.key, (login + passcode).encode(), hashlib.sha256).digest()
