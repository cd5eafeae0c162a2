"""AuditCounters on Redis: the counters of all shards, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis

from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.audit_figures import Counters
from otp_service.domain.audit_summary import Granularity, SummaryRange


@dataclass(frozen=True, slots=True)
class RedisAuditCounters:
    client: redis.Redis

    def read(self, range_: SummaryRange) -> Sequence[Counters]:
        numbers = range(range_.first, range_.first + range_.count)
        pipeline = self.client.pipeline(transaction=False)
        for number in numbers:
            for shard in range(SHARDS):
                pipeline.hgetall(_key(ShardKeys(shard), range_.by, number))
        with store_errors("read_audit_counters"):
            hashes: list[Any] = pipeline.execute()
        return [
            _sum(hashes[place * SHARDS : (place + 1) * SHARDS]) for place in range(range_.count)
        ]


def _key(keys: ShardKeys, by: Granularity, number: int) -> str:
    return keys.hour_counters(number) if by is Granularity.HOUR else keys.day_counters(number)


def _sum(hashes: Sequence[dict[str, str]]) -> Counters:
    sums: dict[str, int] = {}
    for counters in hashes:
        for name, count in counters.items():
            # The scripts write nothing else; what somebody else wrote must not end the summary.
            if name.count("|") != 2 or not count.isdecimal():
                continue
            sums[name] = sums.get(name, 0) + int(count)
    return sums
