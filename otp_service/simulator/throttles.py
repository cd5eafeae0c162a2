"""Meta's own limits on sends: of one number altogether, and to one recipient.

Meta, "Throughput" and "Pair rate limits": 80 messages a second; one message in 6 seconds to the
same person, and up to 45 in 6 seconds that are borrowed from the time after.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.settings import SimulatorSettings

_PAIR_INTERVAL_S = 6.0
_BURST_S = 6.0
_BURST = 45
_THROUGHPUT_LIMIT = 130429
_PAIR_LIMIT = 131056


@dataclass
class _Burst:
    """`paid_at`: when as many intervals have passed as messages went."""

    started_at: float
    paid_at: float
    messages: int = 0


class Throttles:
    """Off unless the settings switch them on. Safe for many threads. `clock`: seconds."""

    def __init__(self, settings: SimulatorSettings, clock: Callable[[], float]) -> None:
        self._throughput_per_s = settings.throughput_per_s
        self._pair_limit = settings.pair_limit
        self._clock = clock
        self._lock = threading.Lock()
        self._sent_at: deque[float] = deque()
        self._bursts: dict[str, _Burst] = {}

    def take(self, recipient: str) -> None:
        """Counts one send. Raises `GraphError` 130429 or 131056 and counts nothing."""
        with self._lock:
            now = self._clock()
            if self._throughput_per_s is not None:
                self._check_throughput(now, self._throughput_per_s)
            if self._pair_limit:
                self._take_of_pair(recipient, now)
            if self._throughput_per_s is not None:
                self._sent_at.append(now)

    def _check_throughput(self, now: float, most: int) -> None:
        while self._sent_at and self._sent_at[0] <= now - 1:
            self._sent_at.popleft()
        if len(self._sent_at) >= most:
            raise GraphError.of(_THROUGHPUT_LIMIT)

    def _take_of_pair(self, recipient: str, now: float) -> None:
        # Oldest first and all paid: whoever is owed nothing is forgotten.
        while self._bursts:
            oldest = next(iter(self._bursts))
            if self._bursts[oldest].paid_at > now:
                break
            del self._bursts[oldest]
        burst = self._bursts.get(recipient)
        if burst is None or burst.paid_at <= now:
            self._bursts.pop(recipient, None)
            burst = self._bursts[recipient] = _Burst(started_at=now, paid_at=now)
        if burst.messages >= _BURST or (burst.messages and now - burst.started_at >= _BURST_S):
            raise GraphError.of(_PAIR_LIMIT)
        burst.messages += 1
        burst.paid_at += _PAIR_INTERVAL_S
