"""Consecutive events of one shard, as a walk along its chain meets them."""

from dataclasses import dataclass, field

from otp_service.domain.audit_chain import NO_LINK, ChainedEvent, EventId, SegmentDigest


@dataclass(slots=True)
class Segment:
    """Grows with each event, its memory does not. `last_link` is the link of the last one."""

    seen: int = 0
    first_id: EventId | None = None
    first_chain: str | None = None
    last_id: EventId | None = None
    last_link: str = NO_LINK
    digest: SegmentDigest = field(default_factory=SegmentDigest)

    def add(self, event: ChainedEvent) -> None:
        if self.first_id is None:
            self.first_id, self.first_chain = event.event_id, event.chain
        self.seen += 1
        self.last_id, self.last_link = event.event_id, event.link
        self.digest.add(event)
