"""NumberStates on Redis: one transaction, so that what is shown was so at one instant."""

import re
from dataclasses import dataclass
from typing import Any

import redis

from otp_service.adapters.redis_delivery_store import FLAG_AT
from otp_service.adapters.redis_keys import NumberKeys
from otp_service.adapters.redis_role_registry import assignment_of
from otp_service.adapters.redis_scripts import store_errors, whole_seconds
from otp_service.domain.delivery import DeliveryState
from otp_service.domain.number_state import LastMessage, NumberState

# As adapters/lua/delivery.lua writes it: state, since when in Unix ms, why it failed.
_DELIVERY = re.compile(r"([a-z]+):(\d+):(.*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class RedisNumberStates:
    """`stop_at` is the lock-out policy's: how many failures close a number for good."""

    client: redis.Redis
    stop_at: int

    def read(self, phone_id: str) -> NumberState:
        """One round trip."""
        keys = NumberKeys(phone_id)
        with store_errors("number_state"):
            pipeline = self.client.pipeline(transaction=True)
            pipeline.time()
            pipeline.hgetall(keys.deliveries)
            pipeline.get(keys.failures)
            pipeline.pttl(keys.lock)
            pipeline.zrange(keys.sessions, 0, -1, withscores=True)
            pipeline.hget(keys.roles, phone_id)
            pipeline.zrange(keys.disowned, 0, -1, withscores=True)
            for key in keys.passcodes:
                pipeline.hget(key, "tries")
                pipeline.pttl(key)
            found: list[Any] = pipeline.execute()
        time, deliveries, failures, lock_ms, sessions, role, disowned, *passcodes = found
        expires_in_s, tries = _newest_passcode(passcodes)
        yesterday_ms = (int(time[0]) - 86_400) * 1000
        disowned_today = sum(at_ms >= yesterday_ms for _, at_ms in disowned)
        return NumberState(
            passcode_expires_in_s=expires_in_s,
            tries_spent=tries,
            last_message=_last_message(deliveries),
            failures=int(failures or 0),
            locked_for_s=self._locked_for_s(int(failures or 0), lock_ms),
            sessions=sum(expires_at > int(time[0]) for _, expires_at in sessions),
            assignment=assignment_of(phone_id, role) if role else None,
            disowned_today=disowned_today,
            flagged=disowned_today >= FLAG_AT,
        )

    def _locked_for_s(self, failures: int, lock_ms: int) -> int | None:
        return None if failures >= self.stop_at else whole_seconds(lock_ms)


def _newest_passcode(found: list[Any]) -> tuple[int, int]:
    """Seconds left and tries spent of the one that lives longest; zeros when none is alive."""
    alive = [
        (whole_seconds(left_ms), int(tries or 0))
        for tries, left_ms in zip(found[::2], found[1::2], strict=True)
        if left_ms > 0
    ]
    return max(alive, default=(0, 0))


def _last_message(deliveries: dict[str, str]) -> LastMessage | None:
    # The hash holds `handed_over` as well, which is no message.
    found = [
        LastMessage(request_id, DeliveryState(match[1]), match[3], int(match[2]))
        for request_id, text in deliveries.items()
        if (match := _DELIVERY.fullmatch(text))
    ]
    return max(found, key=lambda message: message.begun_at_ms, default=None)
