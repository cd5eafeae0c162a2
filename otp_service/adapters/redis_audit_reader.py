"""AuditReader on Redis: the shards' streams as one, a number's events by its history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

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
from otp_service.adapters.redis_record_ids import UNSEALED, RecordIds
from otp_service.adapters.redis_scripts import Scripts
from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_query import AuditPage, EventFilter, Period
from otp_service.domain.challenge import instant_of

# How many events one page looks at: about a quarter of a second of one core.
EVENTS_LOOKED_AT = 20_000
_EMPTY = AuditPage((), None)
# The name of an event's field -> what it may be.
_Accepted: TypeAlias = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RedisAuditReader:
    scripts: Scripts
    ids: RecordIds = UNSEALED

    def page(self, wanted: EventFilter, limit: int, cursor: str | None) -> AuditPage:
        before = None if cursor is None else decode_cursor(cursor)
        window = window_of(wanted.period, before)
        if wanted.phone_id is not None:
            return self._page(self._of_number(wanted.phone_id, window), wanted, limit)
        if wanted.request_id is not None and instant_of(wanted.request_id) is not None:
            phone_id = phone_id_of(self.scripts.client, self.ids, wanted.request_id)
            found = None if phone_id is None else self._of_number(phone_id, window)
            return _EMPTY if found is None else self._page(found, wanted, limit)
        if wanted.message_id is not None and wanted.likely_phone_id is not None:
            history = self._of_number(wanted.likely_phone_id, window_of(wanted.period))
            if any(entry.fields.get("message_id") == wanted.message_id for entry in history):
                return self._page(self._of_number(wanted.likely_phone_id, window), wanted, limit)
        return self._page(newest_first(self.scripts.client, window), wanted, limit)

    def login(self, request_id: str) -> tuple[AuditRecord, ...]:
        phone_id = phone_id_of(self.scripts.client, self.ids, request_id)
        made_at_s = instant_of(request_id)
        if phone_id is None or made_at_s is None:
            return ()
        since_ms = int(made_at_s * 1000) - LARGEST_CLOCK_ERROR_MS
        history = self._of_number(phone_id, Window(max(0, since_ms)))
        wanted = self._accepted(EventFilter(request_id=request_id))
        return tuple(self._records(history, wanted))[::-1]

    def oldest_first(self, period: Period) -> Iterator[AuditRecord]:
        return self._records(oldest_first(self.scripts.client, window_of(period)), {})

    def _of_number(self, phone_id: str, window: Window) -> Iterator[Entry]:
        return NumberHistory(self.scripts, self.ids, phone_id).newest_first(window)

    def _page(self, entries: Iterable[Entry], wanted: EventFilter, limit: int) -> AuditPage:
        """The cursor stands at the last event looked at: events only arrive before page one."""
        accepted = self._accepted(wanted)
        events: list[AuditRecord] = []
        last: Position | None = None
        for looked_at, entry in enumerate(entries):
            if last and (len(events) == limit or looked_at == EVENTS_LOOKED_AT):
                return AuditPage(tuple(events), encode_cursor(last))
            last = entry.position
            events += self._records([entry], accepted)
        return AuditPage(tuple(events), None)

    def _records(self, entries: Iterable[Entry], accepted: _Accepted) -> Iterator[AuditRecord]:
        """Those with an accepted text in each field; without what is gone or unreadable."""
        for entry in entries:
            fields = entry.fields
            if not fields or any(fields.get(name) not in ok for name, ok in accepted.items()):
                continue
            record = record_of(entry, self.ids)
            if record is not None:
                yield record

    def _accepted(self, wanted: EventFilter) -> _Accepted:
        """What an event's fields may be; events of before a change know persons by other ids."""
        accepted: _Accepted = {name: (text,) for name, text in wanted.exact().items()}
        if wanted.phone_id is not None:
            accepted["phone_id"] = self.ids.all_of(wanted.phone_id)
        if wanted.client_id is not None:
            accepted["client_id"] = self.ids.clients_as_kept(wanted.client_id)
        return accepted
