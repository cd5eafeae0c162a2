"""The login screen's VisitLimiter on the `limits` package: one fixed window for a connection."""

import math
import time

import redis
from limits.strategies import FixedWindowRateLimiter

from otp_service.adapters.limits_send_limiter import network_of
from otp_service.adapters.limits_storage import Limits, limits_storage, parse_limits
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.errors import RateLimitedError


class LimitsVisitLimiter:
    """`visits` is in the notation of `limits`, for one address or one IPv6 household."""

    def __init__(self, client: redis.Redis, visits: str) -> None:
        self._windows = FixedWindowRateLimiter(limits_storage(client))
        self._visits: Limits = parse_limits(visits)

    def admit(self, ip: str) -> None:
        """One round trip a limit. Raise RateLimitedError, StoreUnavailableError."""
        if not ip:
            return
        network = network_of(ip)
        for item in self._visits:
            with store_errors("admit_visit"):
                if self._windows.hit(item, "visit", network):
                    continue
                ends_at = self._windows.get_window_stats(item, "visit", network).reset_time
            raise RateLimitedError("ip", retry_after_s=max(1, math.ceil(ends_at - time.time())))
