"""LookLimiter on the `limits` package: Meta counts our questions, whoever asks them."""

import math
import time

import redis
from limits.strategies import FixedWindowRateLimiter

from otp_service.adapters.limits_storage import Limits, limits_storage, parse_limits
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.errors import RateLimitedError


class LimitsLookLimiter:
    """`looks` is in the notation of `limits`, for the whole service."""

    def __init__(self, client: redis.Redis, looks: str) -> None:
        self._windows = FixedWindowRateLimiter(limits_storage(client))
        self._looks: Limits = parse_limits(looks)

    def admit(self) -> None:
        """One round trip a limit. Raise RateLimitedError, StoreUnavailableError."""
        for item in self._looks:
            with store_errors("admit_look"):
                if self._windows.hit(item, "look"):
                    continue
                ends_at = self._windows.get_window_stats(item, "look").reset_time
            wait_s = max(1, math.ceil(ends_at - time.time()))
            raise RateLimitedError("status", retry_after_s=wait_s)
