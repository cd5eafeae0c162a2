"""StatusLimiter on the `limits` package: a window for questions, and how full the sends are."""

import math
from itertools import chain

import redis
from limits import RateLimitItem

from otp_service.adapters.limits_storage import Limits, exact_key, limits_storage, parse_limits
from otp_service.adapters.redis_record_ids import UNSEALED, RecordIds
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.delivery import SendRoom
from otp_service.domain.errors import RateLimitedError
from otp_service.domain.subject import Subject


class LimitsStatusLimiter:
    """`status` and `phone` are limits in the notation of `limits`, each for one number."""

    def __init__(
        self, client: redis.Redis, status: str, phone: str, ids: RecordIds = UNSEALED
    ) -> None:
        self._storage = limits_storage(client)
        self._ids = ids
        self._status: Limits = parse_limits(status)
        self._phone: Limits = parse_limits(phone)

    def admit_status(self, subject: Subject) -> SendRoom:
        """One round trip; one more a full limit to say how long a refused one has to wait."""
        with store_errors("admit_status"):
            pipeline = self._storage.pipeline()
            for item in self._status:
                key = self._status_key(item, subject)
                pipeline.eval(
                    self._storage.SCRIPT_INCR_EXPIRE.decode(), 1, key, item.get_expiry(), 1
                )
            self._ask_for_room(pipeline, subject)
            replies = pipeline.execute()
        asked, answers = replies[: len(self._status)], replies[len(self._status) :]
        full = [
            item for item, count in zip(self._status, asked, strict=True) if count > item.amount
        ]
        if full:
            # The longest of the waits: after a shorter one a wider limit would refuse again.
            waits = [self._seconds_left(self._status_key(item, subject)) for item in full]
            raise RateLimitedError("status", retry_after_s=max(waits))
        return self._room(answers, subject)

    def room(self, subject: Subject) -> SendRoom:
        """One round trip."""
        with store_errors("room"):
            pipeline = self._storage.pipeline()
            self._ask_for_room(pipeline, subject)
            return self._room(pipeline.execute(), subject)

    def _status_key(self, item: RateLimitItem, subject: Subject) -> str:
        record_id = self._ids.id_of(subject.phone_id)
        return self._storage.prefixed_key(item.key_for("fixed", "status", record_id))

    def _ask_for_room(self, pipeline: redis.client.Pipeline, subject: Subject) -> None:
        pipeline.time()
        for item in self._phone:
            for record_id in self._ids.all_of(subject.phone_id):
                key = exact_key(item, "phone", record_id)
                pipeline.lrange(self._storage.prefixed_key(key), 0, item.amount - 1)

    def _room(self, answers: list[list[str]], subject: Subject) -> SendRoom:
        (seconds, microseconds), *windows = answers
        of_one_limit = len(self._ids.all_of(subject.phone_id))
        now_s = int(seconds) + int(microseconds) / 1_000_000
        remaining, free_at_s = math.inf, now_s
        for item, first in zip(self._phone, range(0, len(windows), of_one_limit), strict=True):
            taken = chain(*windows[first : first + of_one_limit])
            # Newest first. A place is free again once it is as old as the window.
            live = [
                at
                for at in sorted(map(float, taken), reverse=True)
                if at + item.get_expiry() > now_s
            ]
            remaining = min(remaining, item.amount - len(live))
            if len(live) >= item.amount:
                free_at_s = max(free_at_s, live[item.amount - 1] + item.get_expiry())
        return SendRoom(int(remaining), math.ceil(free_at_s - now_s))

    def _seconds_left(self, key: str) -> int:
        with store_errors("wait_for_status"):
            left_ms: int = self._storage.storage.pttl(key)
        return max(1, math.ceil(left_ms / 1000))
