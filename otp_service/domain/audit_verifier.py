"""Whether the audit is as it was written: every shard's chain against the signed anchors."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from otp_service.domain.audit_chain import EventId
from otp_service.domain.audit_findings import Finding, FindingKind
from otp_service.domain.audit_ports import (
    AnchorLedger,
    AnchorLedgers,
    AuditChain,
    ChainSnapshot,
    StoredAnchor,
    UnreadableAuditError,
)
from otp_service.domain.audit_seal import Anchor, SealRing, read_anchor
from otp_service.domain.audit_walk import ShardWalk
from otp_service.domain.audit_whole_chain import WholeChain

ANCHOR_LOG_EVENT = "audit_anchor"
# The audit goes on while it is read: whatever is found is looked for again.
_MORE_LOOKS = 2


@dataclass(frozen=True, slots=True)
class ShardReport:
    """`unanchored` events, from `unanchored_since_ms` on, are covered by no anchor yet."""

    shard: int
    events: int
    erased: int
    anchors: int
    unanchored: int
    unanchored_since_ms: int | None
    newest_anchor_at_ms: int | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """`logged_anchors` is None when none were given; `forged_lines` are numbers of log lines."""

    shards: tuple[ShardReport, ...]
    logged_anchors: int | None
    forged_lines: tuple[int, ...]

    @property
    def intact(self) -> bool:
        return not self.forged_lines and not any(shard.findings for shard in self.shards)


@dataclass(frozen=True, slots=True)
class AuditVerifier:
    """`retention_ms` is how long events are kept; `shards` how many streams there are."""

    chain: AuditChain
    ledgers: AnchorLedgers
    seals: SealRing
    retention_ms: int
    shards: int

    def verify(self, log_lines: Iterable[str] | None = None) -> AuditReport:
        """`log_lines` are the service's own log, other lines among them. Memory stays bounded.

        Raise StoreUnavailableError.
        """
        with self.ledgers() as ledger:
            logged: int | None = None
            forged: list[int] = []
            # Before Redis is read, which then has at least what was logged.
            if log_lines is not None:
                logged, forged = self._read_log(log_lines, ledger)
            shards = tuple(self._report(shard, ledger) for shard in range(self.shards))
        return AuditReport(shards, logged, tuple(forged))

    def _read_log(self, lines: Iterable[str], ledger: AnchorLedger) -> tuple[int, list[int]]:
        logged, forged = 0, []
        for number, line in enumerate(lines, start=1):
            fields = _anchor_line(line)
            if fields is None:
                continue
            anchor = self._sealed_anchor(fields)
            if anchor:
                ledger.add_anchor(anchor, stored=False)
                logged += 1
            else:
                forged.append(number)
        return logged, forged

    def _sealed_anchor(self, fields: dict[str, object]) -> Anchor | None:
        try:
            anchor = read_anchor(fields)
        except ValueError:
            return None
        return anchor if 0 <= anchor.shard < self.shards and self._is_sealed(anchor) else None

    def _is_sealed(self, anchor: Anchor) -> bool:
        return self.seals.holds(anchor.sealed_texts(), anchor.seal)

    def _report(self, shard: int, ledger: AnchorLedger) -> ShardReport:
        report = self._look(shard, ledger)
        for _ in range(_MORE_LOOKS):
            if report.findings:
                report = self._look(shard, ledger)
        return report

    def _look(self, shard: int, ledger: AnchorLedger) -> ShardReport:
        ledger.forget_stored(shard)
        try:
            return _ShardCheck(self, shard, ledger).report()
        except UnreadableAuditError:
            unreadable = Finding(FindingKind.UNREADABLE, shard)
            return ShardReport(shard, 0, 0, 0, 0, None, None, (unreadable,))


class _ShardCheck:
    """One look at one shard."""

    def __init__(self, verifier: AuditVerifier, shard: int, ledger: AnchorLedger) -> None:
        self._chain = verifier.chain
        self._seals = verifier.seals
        self._retention_ms = verifier.retention_ms
        self._shard = shard
        self._ledger = ledger
        self._findings: list[Finding] = []

    def report(self) -> ShardReport:
        # Anchors before the head: whatever they say, the head has come at least as far.
        stored, oldest = self._read_anchors()
        snapshot = self._chain.snapshot(self._shard)
        newest = self._ledger.newest(self._shard)
        kept_since_ms = snapshot.now_ms - self._retention_ms
        if newest:
            kept_since_ms = max(kept_since_ms, newest.kept_since_ms)
        self._check_anchors_kept(oldest, kept_since_ms)
        walk = self._walk(snapshot, kept_since_ms)
        return ShardReport(
            shard=self._shard,
            events=walk.events,
            erased=walk.erased,
            anchors=stored,
            unanchored=walk.tail.seen,
            unanchored_since_ms=walk.tail.first_id.ms if walk.tail.first_id else None,
            newest_anchor_at_ms=newest.made_at_ms if newest else None,
            findings=tuple(self._findings),
        )

    def _read_anchors(self) -> tuple[int, Anchor | None]:
        """How many there are in Redis, and the oldest of them."""
        count, oldest, before = 0, None, None
        for entry in self._chain.anchors(self._shard):
            anchor = sealed_entry(entry, self._seals)
            if anchor is None:
                self._find(FindingKind.ANCHOR_FORGED, event_id=entry.event_id)
                continue
            if before and anchor.previous != before.seal:
                self._find(
                    FindingKind.ANCHOR_MISSING, after=before.last_id, before=anchor.first_id
                )
            self._ledger.add_anchor(anchor, stored=True)
            oldest, before, count = oldest or anchor, anchor, count + 1
        return count, oldest

    def _check_anchors_kept(self, oldest: Anchor | None, kept_since_ms: int) -> None:
        """Only those may go that are older than an anchor that is itself past the retention."""
        if oldest and oldest.previous and oldest.last_id.ms >= kept_since_ms:
            self._find(FindingKind.ANCHOR_MISSING, before=oldest.first_id)
        lost = self._ledger.not_stored(self._shard, kept_since_ms)
        if lost:
            self._find(FindingKind.ANCHOR_MISSING, event_id=lost.last_id)

    def _walk(self, snapshot: ChainSnapshot, kept_since_ms: int) -> ShardWalk:
        after = self._ledger.newest_before(self._shard, kept_since_ms)
        anchors = self._ledger.anchors_since(self._shard, kept_since_ms)
        walk = ShardWalk(self._shard, kept_since_ms, after, anchors)
        head = snapshot.head
        until = head.event_id if head else snapshot.newest_id
        whole = WholeChain(self._chain, self._seals, self._shard)
        for event in whole.events(after, kept_since_ms, until) if until else ():
            walk.take(event)
        if whole.forged:
            self._find(FindingKind.TOMBSTONE_FORGED, event_id=_id_or_none(whole.forged[0]))
        finding = walk.end(head)
        if finding:
            # What happened to the events comes before what happened to their anchors.
            self._findings.insert(0, finding)
        elif head and snapshot.newest_id and snapshot.newest_id > head.event_id:
            self._find(FindingKind.INSERTED, after=head.event_id)
        return walk

    def _find(
        self,
        kind: FindingKind,
        *,
        event_id: EventId | None = None,
        after: EventId | None = None,
        before: EventId | None = None,
    ) -> None:
        # The first of a kind is enough to know.
        if all(found.kind is not kind for found in self._findings):
            self._findings.append(Finding(kind, self._shard, event_id, after, before))


def sealed_entry(entry: StoredAnchor, seals: SealRing) -> Anchor | None:
    """The entry's anchor if the service made it for this very place."""
    anchor = entry.anchor
    return anchor if anchor and seals.holds(anchor.sealed_texts(), anchor.seal) else None


def _anchor_line(line: str) -> dict[str, object] | None:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_anchor = isinstance(fields, dict) and fields.get("event") == ANCHOR_LOG_EVENT
    return fields if is_anchor else None


def _id_or_none(text: str) -> EventId | None:
    try:
        return EventId.parse(text)
    except ValueError:
        return None
