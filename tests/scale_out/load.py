"""People who log in, one after the other and each only once, and what they were told."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from otp_service.simulator import RunningSimulator
from tests.e2e.conftest import Service

_CALLERS = 4
_FIRST_PHONE = 3000
NO_LIMITS = {
    "OTP_CLIENT_LIMIT": "100000 per minute",
    "OTP_DAILY_LIMIT": "100000 per day",
    "AUDIT_ANCHOR_INTERVAL": "0.5",
    "LOG_LEVEL": "ERROR",
}


@dataclass
class Logins:
    """`wins`: how often each phone's code was accepted. `refusals`: codes of other answers."""

    service: Service
    simulator: RunningSimulator
    wins: Counter[str] = field(default_factory=Counter)
    codes: dict[str, str] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    tokens: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _phones: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_PHONE))

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Several callers, for as long as the block."""
        stop = threading.Event()
        with ThreadPoolExecutor(_CALLERS) as pool:
            lives = [pool.submit(self._live, stop) for _ in range(_CALLERS)]
            try:
                yield
            finally:
                stop.set()
            for life in lives:
                life.result()

    def try_again(self) -> int:
        """Answer every code that was ever sent once more; how many were accepted."""
        before = self.wins.total()
        with ThreadPoolExecutor(_CALLERS) as pool:
            list(pool.map(self._answer, list(self.codes)))
        return self.wins.total() - before

    def _live(self, stop: threading.Event) -> None:
        while not stop.is_set():
            with self._lock:
                phone = f"+1239555{next(self._phones)}"
            if not self._ask("send", phone).get("success"):
                continue
            with self._lock:
                self.codes[phone] = self.simulator.inbox(phone)[-1].code
            # Twice: that a code works once is not for the first caller to see to.
            self._answer(phone)
            self._answer(phone)

    def _answer(self, phone: str) -> None:
        told = self._ask("validate", phone, otpCode=self.codes[phone])
        if told.get("valid"):
            with self._lock:
                self.wins[phone] += 1
                self.tokens.append(str(told["sessionToken"]))

    def _ask(self, step: str, phone: str, **members: str) -> dict[str, object]:
        answer = self.service.post(f"/v1/otp/{step}", phoneNumber=phone, **members)
        told: dict[str, object] = answer.json()
        with self._lock:
            self.slowest_s = max(self.slowest_s, answer.elapsed.total_seconds())
            if "code" in told:
                self.refusals[str(told["code"])] += 1
        return told
