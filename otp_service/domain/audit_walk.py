"""One walk along a shard's chain, oldest event first, that ends at the first thing at fault.

Signed anchors are the fixed points: up to the newest of them nothing can have changed unnoticed.
The unkeyed links in between say which event it was. Memory does not grow with the events.
"""

from collections.abc import Callable, Iterable

from otp_service.domain.audit_chain import NO_LINK, ChainedEvent, ChainHead, EventId
from otp_service.domain.audit_findings import Finding, FindingKind
from otp_service.domain.audit_links import LinkTracker
from otp_service.domain.audit_seal import Anchor
from otp_service.domain.audit_segment import Segment


class ShardWalk:
    """`after` is an anchor whose events need not be there any more, `anchors` are the later ones.

    `anchors` are sorted by their first event. `kept_since_ms` is where the retention begins: what
    is older may be missing. Feed `take` with the events after `after`, then ask `end`.
    """

    def __init__(
        self,
        shard: int,
        kept_since_ms: int,
        after: Anchor | None = None,
        anchors: Iterable[Anchor] = (),
    ) -> None:
        self._shard = shard
        self._kept_since_ms = kept_since_ms
        self._anchors = iter(anchors)
        self._coming = next(self._anchors, None)
        self._open: list[tuple[Anchor, Segment]] = []
        self._doubtful: tuple[Anchor, Segment] | None = None
        # The newest anchor up to which all is well.
        self._base = after
        self._links = LinkTracker(kept_since_ms)
        if after:
            self._links.remember(after.last_id, after.link)
        self.finding: Finding | None = None
        self.events = 0
        self.erased = 0
        # What no anchor covers yet.
        self.tail = Segment()

    def take(self, event: ChainedEvent) -> None:
        """The next event. Once there is a `finding`, nothing more is looked at."""
        if self.finding:
            return
        here = event.event_id
        self._open_segments(here)
        self._links.follow(event)
        self._settle_doubt()
        self._judge_ended(lambda last_id: last_id < here)
        for _, segment in self._open:
            segment.add(event)
        self.tail.add(event)
        self.events += 1
        self.erased += event.erased
        self._judge_ended(lambda last_id: last_id == here)

    def end(self, head: ChainHead | None) -> Finding | None:
        """No event is left up to the chain's head; None when all of it holds."""
        if self._doubtful and head and head.link != self._doubtful[1].last_link:
            # The head still names the last event as it was.
            self._find(FindingKind.ALTERED, event_id=self._doubtful[1].last_id)
        self._settle_doubt()
        unmet = self._open[0][0] if self._open else self._coming
        if unmet:
            self._find(FindingKind.MISSING, after=self._links.last_id, before=unmet.last_id)
        if self.finding is None:
            self._judge_head(head)
        return self.finding

    def next_anchor(self, head: ChainHead, made_at_ms: int) -> Anchor | None:
        """What to sign after `end` found nothing: the events since the newest anchor, if any."""
        tail, base = self.tail, self._base
        if tail.first_id is None:
            return None
        return Anchor(
            shard=self._shard,
            previous=base.seal if base else "",
            first_id=tail.first_id,
            last_id=head.event_id,
            events=tail.seen,
            count=head.count,
            link=head.link,
            digest=tail.digest.hex(),
            kept_since_ms=self._kept_since_ms,
            made_at_ms=made_at_ms,
        )

    @property
    def _base_id(self) -> EventId | None:
        return self._base.last_id if self._base else None

    def _open_segments(self, here: EventId) -> None:
        while self._coming and self._coming.first_id <= here:
            self._open.append((self._coming, Segment()))
            self._coming = next(self._anchors, None)

    def _judge_ended(self, has_ended: Callable[[EventId], bool]) -> None:
        ended = [pair for pair in self._open if has_ended(pair[0].last_id)]
        if ended:
            self._open = [pair for pair in self._open if not has_ended(pair[0].last_id)]
        for anchor, segment in ended:
            self._judge(anchor, segment)

    def _judge(self, anchor: Anchor, segment: Segment) -> None:
        old = anchor.first_id.ms < self._kept_since_ms
        sound = self._links.fault is None
        if segment.seen == anchor.events and segment.digest.hex() == anchor.digest:
            self._judge_gap_before(anchor, segment)
        elif old and sound and segment.last_link == anchor.link and segment.seen < anchor.events:
            # The retention has begun to eat it: what is left of it leads to where it should.
            self._settle(anchor)
        elif sound and segment.seen == anchor.events > 1:
            self._doubtful = (anchor, segment)
        elif sound and not old and self._lacks_first(anchor, segment):
            before = segment.first_id or self._links.last_id
            self._find(FindingKind.MISSING, after=self._base_id, before=before)
        else:
            if segment.last_id == anchor.last_id:
                self._links.end_at(anchor.link)
            unsure = old and segment.seen < anchor.events and segment.seen
            shortfall = None if unsure else anchor.events - segment.seen
            self._explain(shortfall, anchor.first_id, anchor.last_id)

    @staticmethod
    def _lacks_first(anchor: Anchor, segment: Segment) -> bool:
        return segment.seen < anchor.events and segment.first_id != anchor.first_id

    def _judge_gap_before(self, anchor: Anchor, segment: Segment) -> None:
        """The anchor's own events are as they were; those before it may not be."""
        base = self._base
        between = self.tail.seen - segment.seen
        if base and anchor.first_id <= base.last_id:
            # Two processes anchored the same events.
            return self._settle(anchor)
        if base is None and anchor.previous:
            shortfall = None
        else:
            shortfall = anchor.count - anchor.events - (base.count if base else 0) - between
            if base is None and anchor.first_id.ms < anchor.kept_since_ms:
                shortfall = min(shortfall, 0)
        if self._links.fault or (shortfall and not self._was_eaten(shortfall)):
            return self._explain(shortfall, self._base_id, anchor.first_id)
        return self._settle(anchor)

    def _was_eaten(self, shortfall: int) -> bool:
        """Whether what is missing came right after an anchor that is past the retention.

        So it is after the service was away for longer than that: its last events had no anchor.
        """
        base = self._base
        old = base is not None and base.last_id.ms < self._kept_since_ms
        return shortfall > 0 and old and self.tail.first_chain != (base and base.link)

    def _settle(self, anchor: Anchor) -> None:
        if self._base is None or self._base.last_id < anchor.last_id:
            self._base = anchor
            self.tail = Segment()

    def _settle_doubt(self) -> None:
        """A segment was changed. If the event after it names another link, its last event was."""
        if self._doubtful is None:
            return
        anchor, segment = self._doubtful
        fault = self._links.fault
        if fault and fault.before == segment.last_id:
            self._find(FindingKind.ALTERED, event_id=segment.last_id)
        else:
            self._find(FindingKind.ALTERED, after=anchor.first_id, before=anchor.last_id)

    def _judge_head(self, head: ChainHead | None) -> None:
        tail = self.tail
        if head is None:
            if self._base or tail.seen:
                self._find(FindingKind.HEAD, after=self._links.last_id)
        elif not tail.seen:
            self._judge_head_without_tail(head)
        elif self._links.fault:
            self._links.end_at(head.link)
            self._explain(self._shortfall(head), self._base_id, head.event_id)
        elif tail.last_id != head.event_id:
            self._find(FindingKind.MISSING, after=tail.last_id, before=head.event_id)
        elif tail.last_link != head.link:
            self._find(FindingKind.ALTERED, event_id=tail.last_id)
        else:
            self._judge_count(head)

    def _judge_head_without_tail(self, head: ChainHead) -> None:
        base = self._base
        if base and base.last_id >= head.event_id:
            if (base.last_id, base.link, base.count) != (head.event_id, head.link, head.count):
                self._find(FindingKind.HEAD, after=base.last_id)
        elif head.event_id.ms >= self._kept_since_ms:
            self._find(FindingKind.MISSING, after=self._links.last_id, before=head.event_id)

    def _judge_count(self, head: ChainHead) -> None:
        """The links lead from the first event to the head, but there may have been more."""
        base, tail = self._base, self.tail
        shortfall = self._shortfall(head)
        if not shortfall or self._was_eaten(shortfall):
            return
        if shortfall > 0 and tail.first_chain != (base.link if base else NO_LINK):
            self._find(FindingKind.MISSING, after=self._base_id, before=tail.first_id)
        else:
            self._explain(shortfall, self._base_id, head.event_id)

    def _shortfall(self, head: ChainHead) -> int | None:
        """How many events fewer there are than the head counts; None where the retention ate."""
        first = self.tail.first_id
        if first and first.ms < self._kept_since_ms:
            return None
        return head.count - (self._base.count if self._base else 0) - self.tail.seen

    def _explain(self, shortfall: int | None, first: EventId | None, last: EventId | None) -> None:
        """Say what happened, by where the links broke and how many events are missing."""
        fault = self._links.fault
        kind = _kind_of(shortfall)
        if fault is None:
            self._find(kind, after=first, before=last)
        elif fault.inserted:
            # As many as there should be: it is in the place of another.
            inserted = kind if shortfall == 0 else FindingKind.INSERTED
            self._find(inserted, event_id=fault.inserted)
        elif kind is FindingKind.MISSING:
            self._find(kind, after=fault.before, before=fault.at)
        elif kind is FindingKind.INSERTED:
            self._find(kind, after=first, before=fault.at)
        elif fault.double or fault.before == self._base_id:
            self._find(kind, event_id=fault.at)
        elif shortfall is None:
            self._find(FindingKind.BROKEN, after=fault.before, before=fault.at)
        else:
            self._find(kind, event_id=fault.before)

    def _find(
        self,
        kind: FindingKind,
        *,
        event_id: EventId | None = None,
        after: EventId | None = None,
        before: EventId | None = None,
    ) -> None:
        if kind is FindingKind.ALTERED and after is not None and after == before:
            event_id, after, before = after, None, None
        self.finding = self.finding or Finding(kind, self._shard, event_id, after, before)


def _kind_of(shortfall: int | None) -> FindingKind:
    if not shortfall:
        return FindingKind.ALTERED
    return FindingKind.MISSING if shortfall > 0 else FindingKind.INSERTED
