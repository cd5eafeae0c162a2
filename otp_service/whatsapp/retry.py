"""The retry rule: at most one more attempt, and only when nothing was sent or could change."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from otp_service.whatsapp.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True)
class SingleRetry:
    """Runs a call a second time if its first failure is retryable and time is left.

    `deadline_s`: budget of the whole call, pause included. `max_pause_s`: upper end of the
    full-jitter pause. `min_attempt_s`: a second attempt with less time than this is not made: it
    would trade a certain "not sent" for a read timeout, which is "perhaps sent".
    `monotonic`, `sleep` and `uniform` are the clock, the pause and the randomness.
    """

    deadline_s: float = 15.0
    max_pause_s: float = 0.5
    min_attempt_s: float = 3.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def run(self, attempt: Callable[[float], T]) -> T:
        """Return `attempt(remaining_s)`; raises what the last attempt raised."""
        deadline_at = self.monotonic() + self.deadline_s
        try:
            return attempt(self.deadline_s)
        except PlatformError as error:
            if not error.retryable:
                raise
            first_error = error
        self.sleep(self.uniform(0.0, self.max_pause_s))
        remaining_s = deadline_at - self.monotonic()
        if remaining_s < self.min_attempt_s:
            raise first_error
        return attempt(remaining_s)


DEFAULT_RETRY = SingleRetry()
