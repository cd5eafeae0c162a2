"""What the checks of the audit need from the world. Adapters implement these."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from otp_service.domain.audit_chain import ChainedEvent, ChainHead, EventId
from otp_service.domain.audit_seal import Anchor
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.subject import Subject


class UnreadableAuditError(Exception):
    """A key of the audit holds what the service never writes."""


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """An entry among the anchors; `anchor` is None for what is none. Its seal is unchecked.

    An anchor's `shard` and `last_id` are those of the entry, whatever its fields say.
    """

    event_id: EventId
    anchor: Anchor | None


@dataclass(frozen=True, slots=True)
class ChainSnapshot:
    """One shard's chain at one moment; `now_ms` is Redis' clock in Unix ms."""

    now_ms: int
    head: ChainHead | None
    newest_id: EventId | None
    anchor: StoredAnchor | None


class AuditChain(Protocol):
    """A shard's chain, to read. All raise StoreUnavailableError and UnreadableAuditError."""

    def snapshot(self, shard: int) -> ChainSnapshot: ...

    def events(
        self, shard: int, after: EventId | None, until: EventId | None
    ) -> Iterator[ChainedEvent]:
        """Oldest first; `after` is exclusive, `until` inclusive."""
        ...

    def anchors(self, shard: int) -> Iterator[StoredAnchor]:
        """Oldest first."""
        ...

    def tombstones(self, shard: int, since_ms: int, until_ms: int) -> Iterator[tuple[str, str]]:
        """Event id and text of each, in no order."""
        ...


class AnchorLedger(Protocol):
    """Where a check puts down what does not fit into memory."""

    def add_anchor(self, anchor: Anchor, *, stored: bool) -> None:
        """`stored` is in Redis, else it is a logged one."""
        ...

    def newest_before(self, shard: int, instant_ms: int) -> Anchor | None:
        """The newest anchor whose last event is older than that."""
        ...

    def anchors_since(self, shard: int, instant_ms: int) -> Iterator[Anchor]:
        """The other ones, by their first event."""
        ...

    def newest(self, shard: int) -> Anchor | None: ...

    def not_stored(self, shard: int, instant_ms: int) -> Anchor | None:
        """The oldest anchor since then that was logged and is not in Redis."""
        ...

    def forget_stored(self, shard: int) -> None:
        """Make room for another look at the shard."""
        ...


class AnchorLedgers(Protocol):
    def __call__(self) -> AbstractContextManager[AnchorLedger]:
        """An empty ledger for the block."""
        ...


@dataclass(frozen=True, slots=True)
class PersonRecords:
    """What is kept of one person: kinds of state, and how many audit events of each sort."""

    kinds: tuple[str, ...]
    events: dict[str, int]


class PersonStore(Protocol):
    """What is kept of one person. All raise StoreUnavailableError."""

    def records(self, subject: Subject) -> PersonRecords: ...

    def erase(self, subject: Subject, origin: RequestOrigin) -> Iterable[int]:
        """Erase in steps, each whole for itself; yields how many events went in each."""
        ...
