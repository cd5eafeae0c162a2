"""SendCeiling on the `limits` package: reads the windows that the send limiter counts in."""

import redis
from limits.strategies import SlidingWindowCounterRateLimiter

from otp_service.adapters.limits_send_limiter import DAILY_HOLDER, DAILY_SCOPE, SLIDING
from otp_service.adapters.limits_storage import Limits, limits_storage, parse_limits
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.send_ceiling import CeilingUse


class LimitsSendCeiling:
    """`daily` is in the notation of `limits`."""

    def __init__(self, client: redis.Redis, daily: str) -> None:
        self._windows = SlidingWindowCounterRateLimiter(limits_storage(client))
        self._daily: Limits = parse_limits(daily)

    def uses(self) -> list[CeilingUse]:
        """One round trip a ceiling."""
        found = []
        for item in self._daily:
            with store_errors("send_ceiling"):
                stats = self._windows.get_window_stats(item, SLIDING, DAILY_SCOPE, DAILY_HOLDER)
            used = item.amount - stats.remaining
            found.append(CeilingUse(item.amount, item.get_expiry(), used))
        return found
