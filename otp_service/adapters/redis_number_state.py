"""NumberStates on Redis: one transaction, so that what is shown was so at one instant."""

import re
from dataclasses import dataclass, field
from typing import Any

import redis

from otp_service.adapters.redis_delivery_store import FLAG_AT
from otp_service.adapters.redis_record_ids import UNSEALED
from otp_service.adapters.redis_rekeying import RedisRekeying
from otp_service.adapters.redis_role_registry import assignment_of
from otp_service.adapters.redis_scripts import store_errors, whole_seconds
from otp_service.domain.challenge import UNVERIFIED_KEPT_MS, SendWaits
from otp_service.domain.delivery import DeliveryState
from otp_service.domain.number_state import LastMessage, NumberState

# As adapters/lua/delivery.lua writes it: state, since when in Unix ms, why it failed.
_DELIVERY = re.compile(r"([a-z]+):(\d+):(.*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class RedisNumberStates:
    """`stop_at` is the lock-out policy's: how many failures close a number for good."""

    client: redis.Redis
    stop_at: int
    waits: SendWaits = field(default_factory=SendWaits)
    rekeying: RedisRekeying | None = None

    def read(self, phone_id: str) -> NumberState:
        """One round trip."""
        ids = self.rekeying.ids if self.rekeying else UNSEALED
        if self.rekeying and ids.others_of(phone_id):
            self.rekeying.adopt(phone_id)
        keys = ids.keys_of(phone_id)
        with store_errors("number_state"):
            pipeline = self.client.pipeline(transaction=True)
            pipeline.time()
            pipeline.hgetall(keys.deliveries)
            pipeline.get(keys.failures)
            pipeline.pttl(keys.lock)
            pipeline.zrange(keys.sessions, 0, -1, withscores=True)
            pipeline.hget(keys.roles, keys.record_id)
            pipeline.zrange(keys.disowned, 0, -1, withscores=True)
            pipeline.hmget(keys.identity, "hash", "changed")
            pipeline.get(keys.former_owners)
            for key in keys.passcodes:
                pipeline.hget(key, "tries")
                pipeline.pttl(key)
            found: list[Any] = pipeline.execute()
        time, deliveries, failures, lock_ms, sessions, role, disowned, *found = found
        (identity, changed_at_ms), former_owners, *passcodes = found
        expires_in_s, tries = _newest_passcode(passcodes)
        yesterday_ms = (int(time[0]) - 86_400) * 1000
        disowned_today = sum(at_ms >= yesterday_ms for _, at_ms in disowned)
        unverified, last_ms_ago = _unverified_row(deliveries, time)
        return NumberState(
            passcode_expires_in_s=expires_in_s,
            tries_spent=tries,
            last_message=_last_message(deliveries),
            failures=int(failures or 0),
            locked_for_s=self._locked_for_s(int(failures or 0), lock_ms),
            sessions=sum(expires_at > int(time[0]) for _, expires_at in sessions),
            assignment=assignment_of(phone_id, role, ids) if role else None,
            disowned_today=disowned_today,
            flagged=disowned_today >= FLAG_AT,
            identity_known=bool(identity),
            identity_changed_at_ms=int(changed_at_ms or 0),
            former_owners=int(former_owners or 0),
            unverified=unverified,
            waits_for_s=whole_seconds(self.waits.left_ms(unverified, last_ms_ago)),
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


def _unverified_row(deliveries: dict[str, str], time: tuple[int, int]) -> tuple[int, int]:
    """How many messages in a row nobody logged in with, and the milliseconds since the last."""
    last_ms_ago = time[0] * 1000 + time[1] // 1000 - int(deliveries.get("handed_over", 0))
    kept = int(deliveries.get("unverified", 0)) if last_ms_ago < UNVERIFIED_KEPT_MS else 0
    return kept, last_ms_ago


def _last_message(deliveries: dict[str, str]) -> LastMessage | None:
    # The hash holds `handed_over` and `unverified` as well, which are no messages.
    found = [
        LastMessage(request_id, DeliveryState(match[1]), match[3], int(match[2]))
        for request_id, text in deliveries.items()
        if (match := _DELIVERY.fullmatch(text))
    ]
    return max(found, key=lambda message: message.begun_at_ms, default=None)
