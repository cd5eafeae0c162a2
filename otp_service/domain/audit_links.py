"""Following the unkeyed links from event to event: where they first break, and how."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from otp_service.domain.audit_chain import ChainedEvent, EventId

# How many inserted events in a row are still told from an altered one.
_REMEMBERED = 16


@dataclass(slots=True)
class Fault:
    """The first place where the chain does not hold: `at` does not name the link of `before`.

    `inserted` is an event that both its neighbours know nothing of. `double`: the event after
    `at` does not name its link either.
    """

    before: EventId
    before_link: str
    at: EventId
    inserted: EventId | None = None
    double: bool = False


class LinkTracker:
    """What is older than `kept_since_ms` may be missing, so a break before it is no fault."""

    def __init__(self, kept_since_ms: int) -> None:
        self._kept_since_ms = kept_since_ms
        self._links: deque[tuple[EventId, str]] = deque(maxlen=_REMEMBERED)
        self.fault: Fault | None = None

    @property
    def last_id(self) -> EventId | None:
        return self._links[-1][0] if self._links else None

    def remember(self, event_id: EventId, link: str) -> None:
        self._links.append((event_id, link))

    def follow(self, event: ChainedEvent) -> None:
        if self._links:
            self._compare(event, *self._links[-1])
        self.remember(event.event_id, event.link)

    def end_at(self, link: str) -> None:
        """The last event's link as it was signed, or as the head keeps it."""
        if self.fault and self._links[-1][0] == self.fault.at and self._links[-1][1] != link:
            self.fault.double = True

    def _compare(self, event: ChainedEvent, before: EventId, before_link: str) -> None:
        fault = self.fault
        if event.chain == before_link:
            return
        if fault is None:
            if before.ms >= self._kept_since_ms:
                self.fault = Fault(
                    before, before_link, event.event_id, self._inserted_before(event)
                )
        elif event.chain == fault.before_link:
            fault.inserted = fault.at
        elif fault.at == before:
            fault.double = True

    def _inserted_before(self, event: ChainedEvent) -> EventId | None:
        """The first of the events that this one skips: it names the link of one before them."""
        for (_, link), (following, _) in pairwise(self._links):
            if link == event.chain:
                return following
        return None
