"""Faults that a test or a demo orders while the simulator runs; recipients play no part here."""

import threading


class OrderedFaults:
    """Latency, and the next sends to refuse or to drop. Safe for many threads."""

    def __init__(self, latency_s: float) -> None:
        self._lock = threading.Lock()
        self._latency_s = latency_s
        self._refusal_code = 0
        self._refusals_left = 0
        self._drops_left = 0

    @property
    def latency_s(self) -> float:
        with self._lock:
            return self._latency_s

    def set_latency(self, seconds: float) -> None:
        with self._lock:
            self._latency_s = seconds

    def refuse_next(self, code: int, times: int) -> None:
        """Answers the next `times` sends with this error code; replaces an earlier order."""
        with self._lock:
            self._refusal_code = code
            self._refusals_left = times

    def drop_next(self, times: int) -> None:
        """Drops the connection of the next `times` sends before they are taken."""
        with self._lock:
            self._drops_left = times

    def take_drop(self) -> bool:
        with self._lock:
            if self._drops_left == 0:
                return False
            self._drops_left -= 1
            return True

    def take_refusal(self) -> int | None:
        """The code to refuse this send with, used up by asking."""
        with self._lock:
            if self._refusals_left == 0:
                return None
            self._refusals_left -= 1
            return self._refusal_code

    def to_json(self) -> dict[str, object]:
        with self._lock:
            return {
                "latency_s": self._latency_s,
                "fail_next": {"code": self._refusal_code, "times": self._refusals_left},
                "drop_next": self._drops_left,
            }
