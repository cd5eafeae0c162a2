"""Making signed anchors of the shards' chains, in Redis and in the log, one process at a time."""

import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from otp_service.adapters.redis_audit_chain import RedisAuditChain
from otp_service.adapters.redis_keys import ANCHORING_TURN, SHARDS, ShardKeys
from otp_service.adapters.redis_scripts import Scripts, store_errors
from otp_service.domain.audit_chain import ChainHead
from otp_service.domain.audit_findings import Finding, FindingKind
from otp_service.domain.audit_ports import ChainSnapshot, UnreadableAuditError
from otp_service.domain.audit_seal import Anchor, SealRing
from otp_service.domain.audit_verifier import ANCHOR_LOG_EVENT, sealed_entry
from otp_service.domain.audit_walk import ShardWalk
from otp_service.domain.audit_whole_chain import WholeChain

# Longer than any event: a service that was away for a year still knows what came before.
_ANCHORS_KEPT_BEYOND_MS = 366 * 86_400_000
# So many turns without a new anchor, and a process no longer trusts in the one that has the turn:
# whoever can write to Redis could hold it for ever, and nothing would be signed.
_LATE_TURNS = 5
# A busy minute's events take seconds to check, and Python answers nobody meanwhile: so a little at
# a time. It still keeps up with several times the events of 80 sends and 80 logins a second.
_AT_ONCE, _REST_S = 10, 0.002
# An anchor is evidence only where it is kept: it is logged whatever LOG_LEVEL says.
_log = structlog.wrap_logger(
    None, wrapper_class=structlog.make_filtering_bound_logger(logging.INFO)
)


class AnchoringObserver(Protocol):
    def anchored(self) -> None: ...

    def tampered(self, kind: str) -> None: ...

    def audit_checked(self, at: float) -> None:
        """Every shard was looked at, well or not; `at` is Unix seconds."""
        ...


@dataclass(frozen=True, slots=True)
class RedisAuditAnchoring:
    """Also remembers the newest anchors it has seen: stored ones that fall behind are tampered.

    `clock` is Unix seconds; `turn_s` for how long one process is the one that makes anchors.
    """

    scripts: Scripts
    seals: SealRing
    retention_ms: int
    turn_s: float
    clock: Callable[[], float]
    observer: AnchoringObserver | None = None
    _seen: dict[int, Anchor] = field(default_factory=dict)

    def run_in_turn(self) -> None:
        """Check every shard; make anchors when no other process has the turn, or makes none.

        Raise StoreUnavailableError.
        """
        with store_errors("anchoring_turn"):
            mine = self.scripts.client.set(
                ANCHORING_TURN, secrets.token_hex(8), nx=True, px=max(1, int(self.turn_s * 1000))
            )
        self.run_once(make=bool(mine))

    def run_once(self, *, make: bool = True) -> None:
        """Check every shard, and `make` an anchor for each that has new events.

        Otherwise only where the newest anchor is old: two that make the same one do no harm.
        """
        for shard in range(SHARDS):
            try:
                finding = self._check(shard)
                if finding is None and (make or self._is_late(shard)):
                    finding = self._extend(shard)
            except UnreadableAuditError:
                finding = Finding(FindingKind.UNREADABLE, shard)
            if finding:
                _log.error(
                    "audit_tampered", shard=shard, kind=finding.kind, finding=finding.sentence
                )
                if self.observer:
                    self.observer.tampered(finding.kind)
        if make:
            self._keep_alive()
        if self.observer:
            self.observer.audit_checked(self.clock())

    def sign(self, shard: int) -> tuple[Finding | None, bool]:
        """Anchor the shard's new events now, whoever has the turn.

        Returns what is at fault, and whether an anchor was made: without a fault none is where
        there are no new events, or another process was first. Raise StoreUnavailableError,
        UnreadableAuditError.
        """
        if finding := self._check(shard):
            return finding, False
        before = self._seen.get(shard)
        return self._extend(shard), self._seen.get(shard) is not before

    def _is_late(self, shard: int) -> bool:
        seen = self._seen.get(shard)
        return seen is not None and (
            self.clock() - seen.made_at_ms / 1000 > _LATE_TURNS * self.turn_s
        )

    def _check(self, shard: int) -> Finding | None:
        """Look whether what is stored has gone backwards since this process last looked."""
        snapshot = self._chain.snapshot(shard)
        stored, seen = snapshot.anchor, self._seen.get(shard)
        anchor = sealed_entry(stored, self.seals) if stored else None
        if stored and not anchor:
            return Finding(FindingKind.ANCHOR_FORGED, shard, event_id=stored.event_id)
        if seen and not self._follows(anchor, seen, snapshot):
            return Finding(FindingKind.ANCHOR_MISSING, shard, event_id=seen.last_id)
        if anchor and not _reaches(snapshot.head, anchor):
            return Finding(FindingKind.HEAD, shard, after=anchor.last_id)
        if anchor:
            self._seen[shard] = anchor
        return None

    def _follows(self, anchor: Anchor | None, seen: Anchor, snapshot: ChainSnapshot) -> bool:
        """Whether `anchor` is the one we saw, or a later one with ours still before it."""
        if anchor is None or anchor.seal == seen.seal:
            return anchor is not None
        if anchor.last_id <= seen.last_id:
            return False
        ours = self._chain.anchor_at(seen.shard, seen.last_id)
        if ours and ours.anchor:
            return ours.anchor.seal == seen.seal
        return ours is None and seen.last_id.ms < self._kept_since_ms(snapshot, anchor)

    def _extend(self, shard: int) -> Finding | None:
        """Check what came since the newest anchor, and sign it."""
        # The oldest events may be trimmed while they are read.
        return self._try_to_extend(shard) and self._try_to_extend(shard)

    def _try_to_extend(self, shard: int) -> Finding | None:
        snapshot = self._chain.snapshot(shard)
        head = snapshot.head
        before = sealed_entry(snapshot.anchor, self.seals) if snapshot.anchor else None
        if head and before and head.event_id == before.last_id:
            return None
        kept_since_ms = self._kept_since_ms(snapshot, before)
        walk = ShardWalk(shard, kept_since_ms, before)
        until = head.event_id if head else snapshot.newest_id
        whole = WholeChain(self._chain, self.seals, shard)
        for count, event in enumerate(whole.events(before, kept_since_ms, until) if until else ()):
            walk.take(event)
            if count % _AT_ONCE == _AT_ONCE - 1:
                time.sleep(_REST_S)
        finding = walk.end(head)
        anchor = walk.next_anchor(head, int(self.clock() * 1000)) if head else None
        if finding is None and anchor:
            self._keep(self.seals.sealed(anchor))
        return finding

    def _keep(self, anchor: Anchor) -> None:
        keys = ShardKeys(anchor.shard)
        fields = [text for pair in anchor.fields().items() for text in pair]
        (answer,) = self.scripts.run(
            "append_anchor",
            [keys.audit, keys.anchors],
            json.dumps({}),
            anchor.previous,
            anchor.kept_since_ms,
            self._anchors_ttl_ms,
            str(anchor.last_id),
            *fields,
        )
        if answer == "kept":
            self._seen[anchor.shard] = anchor
            _log.info(ANCHOR_LOG_EVENT, **anchor.fields())
            if self.observer:
                self.observer.anchored()

    def _keep_alive(self) -> None:
        with store_errors("keep_anchors_alive"):
            pipeline = self.scripts.client.pipeline(transaction=False)
            for shard in range(SHARDS):
                pipeline.pexpire(ShardKeys(shard).anchors, self._anchors_ttl_ms)
            pipeline.execute()

    def _kept_since_ms(self, snapshot: ChainSnapshot, anchor: Anchor | None) -> int:
        kept_since_ms = snapshot.now_ms - self.retention_ms
        return max(kept_since_ms, anchor.kept_since_ms) if anchor else kept_since_ms

    @property
    def _anchors_ttl_ms(self) -> int:
        return self.retention_ms + _ANCHORS_KEPT_BEYOND_MS

    @property
    def _chain(self) -> RedisAuditChain:
        return RedisAuditChain(self.scripts.client)


def _reaches(head: ChainHead | None, anchor: Anchor) -> bool:
    """Whether the chain has come at least as far as the anchor says."""
    if head is None or head.event_id < anchor.last_id:
        return False
    if head.event_id == anchor.last_id:
        return (head.count, head.link) == (anchor.count, anchor.link)
    return head.count > anchor.count
