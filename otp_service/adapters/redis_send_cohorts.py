"""CohortStore on Redis: a hash for each minute, kept until nothing judges it any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import redis

from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.pumping import Cohort
from otp_service.domain.pumping_watch import Tally

# Of the whole service, so in no number's shard; one hash tag, so in one slot.
_COHORT = "{otp:pumping}:cohort:"
_KEPT_S = 2 * 3_600


@dataclass(frozen=True, slots=True)
class RedisSendCohorts:
    client: redis.Redis

    def add(self, counts: Mapping[Tally, int]) -> None:
        """One round trip."""
        if not counts:
            return
        pipeline = self.client.pipeline(transaction=False)
        for tally, count in counts.items():
            pipeline.hincrby(_key(tally.minute), f"{tally.scope}|{tally.figure}", count)
        for minute in {tally.minute for tally in counts}:
            pipeline.expire(_key(minute), _KEPT_S)
        with store_errors("add_to_cohorts"):
            pipeline.execute()

    def read(self, minutes: Sequence[int]) -> dict[int, dict[str, Cohort]]:
        """One round trip."""
        pipeline = self.client.pipeline(transaction=False)
        for minute in minutes:
            pipeline.hgetall(_key(minute))
        with store_errors("read_cohorts"):
            hashes: list[Any] = pipeline.execute()
        return {minute: _cohorts(counts) for minute, counts in zip(minutes, hashes, strict=True)}


def _key(minute: int) -> str:
    return f"{_COHORT}{minute}"


def _cohorts(counts: Mapping[str, str]) -> dict[str, Cohort]:
    scopes = {name.rpartition("|")[0] for name in counts}
    return {
        scope: Cohort(int(counts.get(f"{scope}|sent", 0)), int(counts.get(f"{scope}|verified", 0)))
        for scope in scopes
    }
