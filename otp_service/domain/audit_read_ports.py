"""What reading the audit needs of the store. Everything raises StoreUnavailableError."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_figures import Counters
from otp_service.domain.audit_query import AuditPage, EventFilter, Period
from otp_service.domain.audit_summary import SummaryRange


class AuditReader(Protocol):
    def page(self, wanted: EventFilter, limit: int, cursor: str | None) -> AuditPage:
        """At most `limit` events, newest first, older than where `cursor` stands.

        Events that arrive meanwhile are on no later page. Raise InvalidRequestError for a cursor
        that is none of ours.
        """
        ...

    def login(self, request_id: str) -> tuple[AuditRecord, ...]:
        """All events of one `requestId`, oldest first."""
        ...

    def oldest_first(self, period: Period) -> Iterator[AuditRecord]:
        """Every event of the period, read as it is consumed: never much of it is held."""
        ...


class AuditTail(Protocol):
    def new_events(self) -> list[AuditRecord]:
        """What was written since the last time, oldest first; the first time since it was made."""
        ...


class AuditCounters(Protocol):
    def read(self, range_: SummaryRange) -> Sequence[Counters]:
        """The counters of each hour or day of the range, in its order."""
        ...


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was dropped: events, and places in numbers' histories.

    `unsigned` are the shards whose chain does not hold, so that the trim could not be signed.
    """

    events: int
    history_places: int
    unsigned: tuple[int, ...] = ()


class AuditRetention(Protocol):
    def trim(self) -> Trimmed:
        """Drop at once, and to the millisecond, what is older than the retention."""
        ...
