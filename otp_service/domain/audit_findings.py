"""What a check of the audit can find, each in one sentence that names the shard and the event."""

from dataclasses import dataclass
from enum import StrEnum

from otp_service.domain.audit_chain import EventId


class FindingKind(StrEnum):
    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    BROKEN = "broken"
    HEAD = "head"
    ANCHOR_FORGED = "anchor_forged"
    ANCHOR_MISSING = "anchor_missing"
    TOMBSTONE_FORGED = "tombstone_forged"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """`event_id` where one event is at fault; else it lies between `after` and `before`."""

    kind: FindingKind
    shard: int
    event_id: EventId | None = None
    after: EventId | None = None
    before: EventId | None = None

    @property
    def sentence(self) -> str:
        where = f"of shard {self.shard:02d}"
        if self.event_id and self.kind in _OF_ONE:
            return f"event {self.event_id} {where} {_OF_ONE[self.kind]}"
        return f"{_OF_A_RANGE[self.kind]} {where}, {self._range()}"

    def _range(self) -> str:
        if self.after and self.before and self.kind in _INCLUSIVE:
            return f"from {self.after} to {self.before}"
        if self.after and self.before:
            return f"between {self.after} and {self.before}"
        if self.after:
            return f"after {self.after}"
        return f"up to {self.before}" if self.before else "all of it"


_INCLUSIVE = {FindingKind.ALTERED, FindingKind.INSERTED}
_OF_ONE = {
    FindingKind.ALTERED: "was altered",
    FindingKind.INSERTED: "was inserted",
    FindingKind.ANCHOR_FORGED: (
        "is where an anchor ends that none of OTP_SECRET_KEYS signed: "
        "forged, or its key was taken out too early"
    ),
    FindingKind.ANCHOR_MISSING: (
        "is where an anchor ends that was logged and is not in Redis: removed, or lost"
    ),
    FindingKind.TOMBSTONE_FORGED: "has a tombstone that the service did not make",
}
_OF_A_RANGE = {
    FindingKind.ALTERED: "one event or more were altered",
    FindingKind.MISSING: "events are missing",
    FindingKind.INSERTED: "one event or more were inserted",
    FindingKind.BROKEN: "an event was altered or events are missing",
    FindingKind.HEAD: "the head of the chain was removed or set back",
    FindingKind.ANCHOR_FORGED: "an anchor is not one of ours",
    FindingKind.ANCHOR_MISSING: "anchors are missing",
    FindingKind.TOMBSTONE_FORGED: "a tombstone is not one of ours",
    FindingKind.UNREADABLE: "keys hold what the service never writes",
}
