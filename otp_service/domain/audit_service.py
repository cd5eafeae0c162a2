"""The audit's read side: which events there are, how one login went, what it adds up to."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_query import (
    AuditPage,
    EventFilter,
    EventSearch,
    read_client,
    read_event,
    read_ip,
    read_outcome,
    read_period,
    read_phone_id,
    read_request_id,
    read_wamid,
)
from otp_service.domain.audit_read_ports import (
    AuditCounters,
    AuditReader,
    AuditRetention,
    AuditTail,
    Trimmed,
)
from otp_service.domain.audit_summary import Summary, summary_of, summary_range
from otp_service.domain.audit_timeline import Timeline
from otp_service.domain.errors import InvalidPhoneError, InvalidRequestError
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.ports import Clock
from otp_service.domain.subject import Pseudonyms

MAX_PAGE_EVENTS = 200


@dataclass(frozen=True, slots=True)
class AuditService:
    """Everything raises StoreUnavailableError, and InvalidRequestError for what cannot be meant.

    `recipient_of` reads the digits of the recipient's number out of one of Meta's message ids,
    None where it cannot. `new_tail` begins to follow the audit from now on.
    """

    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    reader: AuditReader
    counters: AuditCounters
    retention: AuditRetention
    new_tail: Callable[[], AuditTail]
    recipient_of: Callable[[str], str | None]
    clock: Clock = time.time

    def filter_of(self, search: EventSearch) -> EventFilter:
        """Check a question. Raise InvalidPhoneError, InvalidRequestError."""
        phone_id = read_phone_id(search.user_id)
        if search.phone is not None:
            if phone_id is not None:
                raise InvalidRequestError("Give phoneNumber or userId, not both.")
            phone_id = self.pseudonyms.subject_of(self.numbers.read(search.phone)).phone_id
        wamid = read_wamid(search.wamid)
        return EventFilter(
            phone_id=phone_id,
            event=read_event(search.event),
            outcome=read_outcome(search.outcome),
            client_id=read_client(search.client),
            ip=read_ip(search.ip),
            request_id=read_request_id(search.request_id),
            message_id=None if wamid is None else self.pseudonyms.message_id_of(wamid),
            period=read_period(search.since, search.until),
            likely_phone_id=None if wamid is None else self._recipient(wamid),
        )

    def page(self, wanted: EventFilter, limit: int, cursor: str | None = None) -> AuditPage:
        """Events newest first; `cursor` is the `next_cursor` of the page before."""
        if not 1 <= limit <= MAX_PAGE_EVENTS:
            raise InvalidRequestError(f"limit must be 1 to {MAX_PAGE_EVENTS}.")
        return self.reader.page(wanted, limit, cursor)

    def timeline(self, request_id: str) -> Timeline:
        checked = read_request_id(request_id) or ""
        return Timeline(checked, self.reader.login(checked))

    def summary(self, by: str, since: str | None, until: str | None) -> Summary:
        now_ms = int(self.clock() * 1000)
        range_ = summary_range(by, read_period(since, until), now_ms)
        return summary_of(range_, self.counters.read(range_))

    def export(self, since: str | None, until: str | None) -> Iterator[AuditRecord]:
        """Every event of the period, oldest first, read while it is consumed."""
        return self.reader.oldest_first(read_period(since, until))

    def trim(self) -> Trimmed:
        return self.retention.trim()

    def _recipient(self, wamid: str) -> str | None:
        digits = self.recipient_of(wamid)
        if digits is None:
            return None
        with suppress(InvalidPhoneError):
            return self.pseudonyms.subject_of(self.numbers.read(f"+{digits}")).phone_id
        return None
