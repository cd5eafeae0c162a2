"""AuditReader on Redis: the shards' streams as one, a number's events by its history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from otp_service.adapters.redis_audit_entry import Entry, Position, record_of
from otp_service.adapters.redis_audit_history import NumberHistory
from otp_service.adapters.redis_audit_merge import newest_first, oldest_first
from otp_service.adapters.redis_audit_requests import LARGEST_CLOCK_ERROR_MS, phone_id_of
from otp_service.adapters.redis_audit_window import (
    Window,
    decode_cursor,
    encode_cursor,
    window_of,
)
from otp_service.adapters.redis_scripts import Scripts
from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_query import AuditPage, EventFilter, Period
from otp_service.domain.challenge import instant_of

# How many events one page looks at: about a quarter of a second of one core.
EVENTS_LOOKED_AT = 20_000
_EMPTY = AuditPage((), None)


@dataclass(frozen=True, slots=True)
class RedisAuditReader:
    scripts: Scripts

    def page(self, wanted: EventFilter, limit: int, cursor: str | None) -> AuditPage:
        before = None if cursor is None else decode_cursor(cursor)
        window = window_of(wanted.period, before)
        if wanted.phone_id is not None:
            return _page(self._of_number(wanted.phone_id, window), wanted, limit)
        if wanted.request_id is not None and instant_of(wanted.request_id) is not None:
            phone_id = phone_id_of(self.scripts.client, wanted.request_id)
            found = None if phone_id is None else self._of_number(phone_id, window)
            return _EMPTY if found is None else _page(found, wanted, limit)
        if wanted.message_id is not None and wanted.likely_phone_id is not None:
            history = self._of_number(wanted.likely_phone_id, window_of(wanted.period))
            if any(entry.fields.get("message_id") == wanted.message_id for entry in history):
                return _page(self._of_number(wanted.likely_phone_id, window), wanted, limit)
        return _page(newest_first(self.scripts.client, window), wanted, limit)

    def login(self, request_id: str) -> tuple[AuditRecord, ...]:
        phone_id = phone_id_of(self.scripts.client, request_id)
        made_at_s = instant_of(request_id)
        if phone_id is None or made_at_s is None:
            return ()
        since_ms = int(made_at_s * 1000) - LARGEST_CLOCK_ERROR_MS
        history = self._of_number(phone_id, Window(max(0, since_ms)))
        wanted = EventFilter(request_id=request_id).exact()
        return tuple(_records(history, wanted))[::-1]

    def oldest_first(self, period: Period) -> Iterator[AuditRecord]:
        return _records(oldest_first(self.scripts.client, window_of(period)), {})

    def _of_number(self, phone_id: str, window: Window) -> Iterator[Entry]:
        return NumberHistory(self.scripts, phone_id).newest_first(window)


def _page(entries: Iterable[Entry], wanted: EventFilter, limit: int) -> AuditPage:
    """The cursor stands at the last event looked at: events only arrive before the first page."""
    exact = wanted.exact()
    events: list[AuditRecord] = []
    last: Position | None = None
    for looked_at, entry in enumerate(entries):
        if last and (len(events) == limit or looked_at == EVENTS_LOOKED_AT):
            return AuditPage(tuple(events), encode_cursor(last))
        last = entry.position
        events += _records([entry], exact)
    return AuditPage(tuple(events), None)


def _records(entries: Iterable[Entry], exact: dict[str, str]) -> Iterator[AuditRecord]:
    """Those that have these fields; without what is gone or nobody can read."""
    for entry in entries:
        fields = entry.fields
        if not fields or any(fields.get(name) != text for name, text in exact.items()):
            continue
        record = record_of(entry)
        if record is not None:
            yield record
