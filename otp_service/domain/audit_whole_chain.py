"""A shard's events, with what is left of the erased ones in their places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from otp_service.domain.audit_chain import NO_LINK, ChainedEvent, EventId
from otp_service.domain.audit_ports import AuditChain
from otp_service.domain.audit_seal import Anchor, SealRing, Tombstone

# Tombstones outlive their events by a day or two.
_SLACK_MS = 2 * 86_400_000


@dataclass(slots=True)
class WholeChain:
    """`forged` are the event ids of tombstones that the service did not make, as they were met.

    Tombstones are looked for where a link is missing, and only after the events around it were
    read: so one that is erased meanwhile is met either way. Memory grows with the erased events
    of a few days, not with the others.
    """

    chain: AuditChain
    seals: SealRing
    shard: int
    forged: list[str] = field(default_factory=list)
    _erased: list[ChainedEvent] = field(default_factory=list)

    def events(
        self, after: Anchor | None, kept_since_ms: int, until: EventId
    ) -> Iterator[ChainedEvent]:
        """Those after the anchor up to `until`, oldest first.

        Raise StoreUnavailableError, UnreadableAuditError.
        """
        start = after.last_id if after else None
        link = after.link if after else NO_LINK
        here = start or EventId(max(0, kept_since_ms - _SLACK_MS), 0)
        for event in self.chain.events(self.shard, start, until):
            if event.chain != link:
                yield from self._between(here, event.event_id, link, event.chain)
            yield event
            here, link = event.event_id, event.link

    def _between(
        self, before: EventId, after: EventId, link: str, chain: str | None
    ) -> list[ChainedEvent]:
        known = self._known_between(before, after)
        if chain is not None and _leads(known, link, chain):
            return known
        self._load(before.ms, after.ms)
        return self._known_between(before, after)

    def _known_between(self, before: EventId, after: EventId) -> list[ChainedEvent]:
        return [event for event in self._erased if before < event.event_id < after]

    def _load(self, since_ms: int, until_ms: int) -> None:
        self._erased = []
        for event_id, text in self.chain.tombstones(self.shard, since_ms, until_ms):
            try:
                stone = Tombstone.decode(self.shard, event_id, text, self.seals)
            except ValueError:
                self.forged.append(event_id)
            else:
                self._erased.append(stone.event)
        self._erased.sort(key=attrgetter("event_id"))


def _leads(events: Sequence[ChainedEvent], link: str, chain: str) -> bool:
    """Whether these go from the one link to the other."""
    for event in events:
        if event.chain != link:
            return False
        link = event.link
    return link == chain
