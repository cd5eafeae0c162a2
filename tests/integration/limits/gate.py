"""A limiter with limits of the test's choice, whose time the test lets pass."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otp_service.adapters.limits_send_limiter import LimitsSendLimiter, Places, SendLimits
from otp_service.domain.challenge import RequestOrigin, SendTicket
from otp_service.domain.errors import RateLimitedError
from otp_service.domain.subject import Subject

if TYPE_CHECKING:
    import redis

WIDE = "1000 per day"
PHONE_ID, IP = "a2b3c4d5" * 3, "203.0.113.7"


@dataclass
class Gate:
    client: "redis.Redis"
    passed_ms: int = field(default=0)

    def limits(
        self, phone: str = WIDE, ip: str = WIDE, client: str = WIDE, daily: str = WIDE
    ) -> "Gate":
        self.limiter = LimitsSendLimiter(self.client, SendLimits(phone, ip, client, daily))
        return self

    def now_ms(self) -> int:
        seconds, microseconds = self.client.time()
        return int(seconds) * 1000 + int(microseconds) // 1000 + self.passed_ms

    def take(
        self, phone_id: str = PHONE_ID, ip: str | None = IP, client_id: str = "gas"
    ) -> Places:
        now_ms = self.now_ms()
        ticket = SendTicket("challenge", Subject(phone_id), now_ms, now_ms + 600_000)
        return self.limiter.take(ticket, RequestOrigin(client_id, end_user_ip=ip))

    def taken(self, times: int) -> list[Places]:
        return [self.take() for _ in range(times)]

    def refused(self, phone_id: str = PHONE_ID, ip: str | None = IP) -> RateLimitedError:
        try:
            self.take(phone_id, ip)
        except RateLimitedError as refusal:
            return refusal
        raise AssertionError("allowed, although the limit should be reached")

    def pass_time(self, seconds: float) -> None:
        """Let the limiter's keys age; its tickets will say the later time."""
        by_ms = int(seconds * 1000)
        self.passed_ms += by_ms
        for key in self.client.scan_iter():
            # Redis deletes what is told to expire in the past.
            self.client.pexpire(key, self.client.pttl(key) - by_ms)

    def held(self) -> dict[str, object]:
        """What each key of the limiter holds: a count, or how many places."""
        return {
            key: self.client.llen(key) if self.client.type(key) == "list" else self.client.get(key)
            for key in sorted(map(str, self.client.scan_iter()))
        }
