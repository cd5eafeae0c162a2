"""OperatorJournal on Redis: the newest happenings on Meta's side, and when Meta last called."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import redis

from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity

# Of the whole service, so in no number's shard; one hash tag, so in one slot.
_EVENTS = "{otp:operator}:events"
_WEBHOOKS = "{otp:operator}:webhooks"
_MAX_EVENTS = 1_000
_KEPT_S = 90 * 86_400
# A busy service gets hundreds a second; that Meta calls at all is news every few seconds.
_NOTE_EVERY_S = 5.0


class RedisOperatorJournal:
    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._note_again_at = 0.0

    def record(self, event: OperatorEvent) -> None:
        fields: dict[Any, Any] = {
            "kind": event.kind,
            "severity": event.severity,
            "at_ms": event.at_ms,
            "detail": json.dumps(event.detail),
        }
        with store_errors("record_operator_event"):
            pipeline = self._client.pipeline()
            pipeline.xadd(_EVENTS, fields, maxlen=_MAX_EVENTS, approximate=True)
            pipeline.expire(_EVENTS, _KEPT_S)
            pipeline.execute()

    def recent(self, limit: int) -> list[OperatorEvent]:
        with store_errors("recent_operator_events"):
            kept: Any = self._client.xrevrange(_EVENTS, count=limit)
        return [
            OperatorEvent(
                OperatorEventKind(fields["kind"]),
                Severity(fields["severity"]),
                int(fields["at_ms"]),
                json.loads(fields["detail"]),
            )
            for _, fields in kept
        ]

    def note_webhook(self, ignored: Mapping[str, int]) -> None:
        if not ignored and not self._is_time():
            return
        with store_errors("note_webhook"):
            pipeline = self._client.pipeline()
            pipeline.hset(_WEBHOOKS, "last_seen_at", int(time.time()))
            for kind, count in ignored.items():
                pipeline.hincrby(_WEBHOOKS, f"ignored:{kind}", count)
            pipeline.expire(_WEBHOOKS, _KEPT_S)
            pipeline.execute()

    def webhook_last_seen_at(self) -> int | None:
        with store_errors("webhook_last_seen_at"):
            seen: Any = self._client.hget(_WEBHOOKS, "last_seen_at")
        return int(seen) if seen else None

    def ignored_parts(self) -> dict[str, int]:
        with store_errors("ignored_parts"):
            kept: Any = self._client.hgetall(_WEBHOOKS)
        return {
            name.removeprefix("ignored:"): int(count)
            for name, count in kept.items()
            if name.startswith("ignored:")
        }

    def _is_time(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now < self._note_again_at:
                return False
            self._note_again_at = now + _NOTE_EVERY_S
            return True
