"""How many management calls an app may make for one business account in an hour.

Meta, "WhatsApp Business Management API, Rate limits" and "Graph API, Business use case limits".
"""

import json
import math
import threading
import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 3600.0


class ManagementLimit:
    """A moving hour. `limit` calls are taken; can be changed while running."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._limit = limit
        self._called_at: deque[float] = deque()

    def set_limit(self, limit: int) -> None:
        with self._lock:
            self._limit = limit

    def take(self) -> bool:
        """Whether one more call is let through; refused ones do not count."""
        with self._lock:
            self._forget_old()
            if len(self._called_at) >= self._limit:
                return False
            self._called_at.append(self._clock())
            return True

    def usage_header(self, business_id: str) -> str:
        """The value of `X-Business-Use-Case-Usage`: percentages, and minutes to wait."""
        with self._lock:
            self._forget_old()
            calls = len(self._called_at)
            percent = math.floor(100 * calls / self._limit) if self._limit else 100
            wait_s = self._called_at[0] + _WINDOW_S - self._clock() if calls else _WINDOW_S
        entry = {
            "type": "whatsapp_business_management",
            "call_count": percent,
            "total_cputime": percent // 2,
            "total_time": percent // 2,
            "estimated_time_to_regain_access": math.ceil(wait_s / 60) if percent >= 100 else 0,
        }
        return json.dumps({business_id: [entry]})

    def _forget_old(self) -> None:
        while self._called_at and self._called_at[0] <= self._clock() - _WINDOW_S:
            self._called_at.popleft()
