"""A shard's chain in memory: events, their head, and an anchor after each segment."""

from collections.abc import Iterable
from dataclasses import dataclass

from otp_service.domain.audit_chain import NO_LINK, ChainedEvent, ChainHead, EventId, chained
from otp_service.domain.audit_findings import Finding
from otp_service.domain.audit_seal import Anchor, SealRing
from otp_service.domain.audit_walk import ShardWalk

SEALS = SealRing([b"k" * 32])
START_MS = 1_000_000
Entry = tuple[EventId, str, str]


@dataclass
class AuditedChain:
    """`entries` are id, content and chain; ids are 10 ms apart, so that there is room between."""

    entries: list[Entry]
    anchors: list[Anchor]
    head: ChainHead

    def walk(
        self,
        kept_since_ms: int = 0,
        after: Anchor | None = None,
        anchors: Iterable[Anchor] | None = None,
    ) -> ShardWalk:
        walk = ShardWalk(7, kept_since_ms, after, self.anchors if anchors is None else anchors)
        for entry in self.entries:
            walk.take(event_of(entry))
        return walk

    def finding(self, **kept: object) -> Finding | None:
        return self.walk(**kept).end(self.head)  # type: ignore[arg-type]

    def id(self, index: int) -> EventId:
        return self.entries[index][0]

    def alter(self, index: int) -> None:
        event_id, content, chain = self.entries[index]
        self.entries[index] = (event_id, content + "!", chain)

    def alter_chain(self, index: int) -> None:
        event_id, content, _ = self.entries[index]
        self.entries[index] = (event_id, content, "f" * 40)

    def insert(self, index: int, chain: str) -> EventId:
        """Put a made-up event before the `index`-th."""
        made_up = EventId(self.id(index).ms - 5, 0)
        self.entries.insert(index, (made_up, "made up", chain))
        return made_up

    def relink(self, start: int, *, head: bool = True) -> None:
        """Make the links fit again from `start` on, as anybody can: they have no key."""
        for index in range(max(1, start), len(self.entries)):
            event_id, content, _ = self.entries[index]
            self.entries[index] = (event_id, content, self.link(index - 1))
        if head:
            self.head = ChainHead(self.id(-1), self.link(-1), self.head.count)

    def link(self, index: int) -> str:
        return event_of(self.entries[index]).link


def event_of(entry: Entry) -> ChainedEvent:
    event_id, content, chain = entry
    return chained(event_id, [b"event", content.encode(), b"chain", chain.encode()])


def a_chain(segments: Iterable[int], tail: int = 0, *, before: int = 0) -> AuditedChain:
    """Anchored segments of that many events and a tail of others; `before` were there earlier."""
    chain = AuditedChain([], [], ChainHead(EventId(0, 1), NO_LINK, before))
    last: Anchor | None = None
    for events in segments:
        last = _anchor(chain, _append(chain, events), last)
        chain.anchors.append(last)
    _append(chain, tail)
    return chain


def _append(chain: AuditedChain, events: int) -> ShardWalk:
    """Also walks them, as the anchoring does."""
    walk = ShardWalk(7, 0, chain.anchors[-1] if chain.anchors else None)
    for _ in range(events):
        count = chain.head.count
        entry = (EventId(START_MS + count * 10, 0), f"content {count}", chain.head.link)
        chain.entries.append(entry)
        chain.head = ChainHead(entry[0], event_of(entry).link, count + 1)
        walk.take(event_of(entry))
    return walk


def _anchor(chain: AuditedChain, walk: ShardWalk, last: Anchor | None) -> Anchor:
    anchor = walk.next_anchor(chain.head, 5)
    assert anchor
    assert anchor.previous == (last.seal if last else "")
    return SEALS.sealed(anchor)
