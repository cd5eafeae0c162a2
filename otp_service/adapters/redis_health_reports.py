"""HealthReports on Redis: one report for all instances, and one process that looks."""

import json
from typing import Any

import redis

from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.health import LONGEST_LOOK_S, HealthReport

# One hash tag, so in one slot.
_REPORT = "{otp:operator}:health"
_TURN = "{otp:operator}:health:turn"
_LOOKING = "{otp:operator}:health:looking"
# Older than this, a report says nothing about today.
_REPORT_KEPT_S = 6 * 3600
# News may come by the hundred, and Meta counts what it is asked.
_REST_S = 10


class RedisHealthReports:
    """HealthReports. The turn is free when it is time or somebody asked."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def latest(self) -> HealthReport | None:
        with store_errors("latest_health"):
            kept: Any = self._client.get(_REPORT)
        try:
            return HealthReport.from_json(json.loads(kept)) if kept else None
        except (TypeError, KeyError, ValueError):
            # Written by another version of the service; ours comes with the next look.
            return None

    def claim(self, every_s: int) -> bool:
        with store_errors("claim_health"):
            if not self._client.set(_TURN, "taken", nx=True, ex=every_s):
                return False
            if self._client.set(_LOOKING, "yes", nx=True, ex=LONGEST_LOOK_S):
                return True
            # Left for when the one who looks is done: what it reads may be older than the news.
            self._client.delete(_TURN)
            return False

    def finish(self, report: HealthReport | None, again_in_s: int) -> None:
        with store_errors("finish_health"):
            pipeline = self._client.pipeline()
            if report is not None:
                pipeline.set(_REPORT, json.dumps(report.to_json()), ex=_REPORT_KEPT_S)
            # Nothing happens to a turn that somebody freed meanwhile.
            pipeline.expire(_TURN, again_in_s)
            pipeline.expire(_LOOKING, _REST_S)
            pipeline.execute()

    def ask(self) -> None:
        with store_errors("ask_health"):
            self._client.delete(_TURN)
