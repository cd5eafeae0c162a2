"""OperatorJournal on Redis: the newest happenings on Meta's side, and when Meta last called."""

import json
import logging
import threading
import time
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import redis
import structlog

from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity

# Of the whole service, so in no number's shard; one hash tag, so in one slot.
EVENTS = "{otp:operator}:events"
_WEBHOOKS = "{otp:operator}:webhooks"
# Of an occasion that is on record already.
_MARKS = "{otp:operator}:told:"
_MAX_EVENTS = 1_000
# For the newest of a kind: of many in one body, each but the first has one of its kind before it.
_LOOKED_AT_FIRST = 10
_KEPT_S = 90 * 86_400
_RECORD_ONCE = "record_once"
_LUA = files("otp_service.adapters") / "lua"
_LEVELS = {
    Severity.INFO: logging.INFO,
    Severity.WARNING: logging.WARNING,
    Severity.CRITICAL: logging.ERROR,
}
_log = structlog.get_logger(__name__)
# A busy service gets hundreds a second; that Meta calls at all is news every few seconds.
_NOTE_EVERY_S = 5.0


class RedisOperatorJournal:
    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        source = (_LUA / f"{_RECORD_ONCE}.lua").read_text(encoding="utf-8")
        self._record_once = client.register_script(source)
        self._lock = threading.Lock()
        self._note_again_at = 0.0

    @property
    def script_names(self) -> dict[str, str]:
        """By the SHA-1 that they are called with."""
        return {self._record_once.sha: _RECORD_ONCE}

    def record(self, event: OperatorEvent) -> None:
        with store_errors("record_operator_event"):
            pipeline = self._client.pipeline()
            pipeline.xadd(EVENTS, _fields_of(event), maxlen=_MAX_EVENTS, approximate=True)
            pipeline.expire(EVENTS, _KEPT_S)
            pipeline.execute()
        _tell(event)

    def record_once(self, event: OperatorEvent, occasion: str, for_s: int) -> bool:
        mark = f"{_MARKS}{event.kind}:{occasion}"
        fields = [text for pair in _fields_of(event).items() for text in pair]
        args = [for_s, _KEPT_S, _MAX_EVENTS, *fields]
        with store_errors("record_operator_event"):
            recorded: Any = self._record_once([mark, EVENTS], args)
        if recorded:
            _tell(event)
        return bool(recorded)

    def recent(self, limit: int) -> list[OperatorEvent]:
        with store_errors("recent_operator_events"):
            kept: Any = self._client.xrevrange(EVENTS, count=limit)
        return [event for _, fields in kept if (event := _event_of(fields))]

    def latest(self, kind: OperatorEventKind) -> OperatorEvent | None:
        for limit in (_LOOKED_AT_FIRST, _MAX_EVENTS):
            kept = self.recent(limit)
            found = next((event for event in kept if event.kind is kind), None)
            if found:
                return found
        return None

    def note_webhook(
        self, ignored: Mapping[str, int], *, identity_told: bool | None = None
    ) -> None:
        if not ignored and not self._is_time():
            return
        with store_errors("note_webhook"):
            pipeline = self._client.pipeline()
            pipeline.hset(_WEBHOOKS, "last_seen_at", int(time.time()))
            for kind, count in ignored.items():
                pipeline.hincrby(_WEBHOOKS, f"ignored:{kind}", count)
            if identity_told is not None:
                pipeline.hset(_WEBHOOKS, "identity_told", int(identity_told))
            pipeline.expire(_WEBHOOKS, _KEPT_S)
            pipeline.execute()

    def webhook_last_seen_at(self) -> int | None:
        with store_errors("webhook_last_seen_at"):
            seen: Any = self._client.hget(_WEBHOOKS, "last_seen_at")
        return int(seen) if seen else None

    def identity_last_told(self) -> bool | None:
        with store_errors("identity_last_told"):
            told: Any = self._client.hget(_WEBHOOKS, "identity_told")
        return None if told is None else told == "1"

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


def _tell(event: OperatorEvent) -> None:
    _log.log(_LEVELS[event.severity], "operator_event", kind=event.kind, detail=event.detail)


def _fields_of(event: OperatorEvent) -> dict[Any, Any]:
    return {
        "kind": event.kind,
        "severity": event.severity,
        "at_ms": event.at_ms,
        "detail": json.dumps(event.detail),
    }


def _event_of(fields: Mapping[str, str]) -> OperatorEvent | None:
    """None for what only a later version of the service knows: it may run beside this one."""
    try:
        return OperatorEvent(
            OperatorEventKind(fields["kind"]),
            Severity(fields["severity"]),
            int(fields["at_ms"]),
            json.loads(fields["detail"]),
        )
    except (KeyError, ValueError):
        return None
