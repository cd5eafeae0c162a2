"""AuditRetention on Redis: drop what is older than the retention, now and exactly.

Each event written drops some of it anyway; a quiet service keeps the rest a little longer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from otp_service.adapters.redis_audit_chain import RedisAuditChain
from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.adapters.redis_scripts import Scripts, store_errors
from otp_service.domain.audit import AuditEvent, Outcome
from otp_service.domain.audit_findings import Finding
from otp_service.domain.audit_ports import UnreadableAuditError
from otp_service.domain.audit_read_ports import Trimmed
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.subject import Subject

_NOBODY, _OPERATOR = Subject(""), RequestOrigin(client_id="cli")
# Of one history in one script: nobody is held up for long.
_AT_ONCE = 1_000
# A process of the service may sign the new event first, and an anchor needs one of its own.
_TRIES = 3


class Anchoring(Protocol):
    def sign(self, shard: int) -> tuple[Finding | None, bool]:
        """Anchor the shard's new events; what is at fault, and whether an anchor was made."""
        ...


@dataclass(frozen=True, slots=True)
class RedisAuditRetention:
    """`anchoring` has the same retention.

    An anchor that says from when on events are kept comes before the trim: without the keys nobody
    can make one, and a check under a longer retention does not take the trim for tampering.
    """

    scripts: Scripts
    retention_ms: int
    anchoring: Anchoring

    def trim(self) -> Trimmed:
        with store_errors("trim_audit"):
            seconds, microseconds = self.scripts.client.time()
            oldest_ms = seconds * 1000 + microseconds // 1000 - self.retention_ms
            events, unsigned = 0, []
            for shard in range(SHARDS):
                audit = ShardKeys(shard).audit
                if not self.scripts.client.xrange(audit, max=str(oldest_ms - 1), count=1):
                    continue
                if not self._is_signed(shard, oldest_ms):
                    unsigned.append(shard)
                events += self.scripts.client.xtrim(audit, minid=str(oldest_ms), approximate=False)
        places = sum(self._trim(key, oldest_ms) for key in self._histories())
        return Trimmed(events, places, tuple(unsigned))

    def _is_signed(self, shard: int, oldest_ms: int) -> bool:
        """False where the chain does not hold: nothing is signed over what was done to it."""
        try:
            for _ in range(_TRIES):
                self._record(shard, oldest_ms)
                finding, made = self.anchoring.sign(shard)
                if finding or made:
                    return made
        except UnreadableAuditError:
            pass
        return False

    def _record(self, shard: int, oldest_ms: int) -> None:
        audit = ShardKeys(shard).audit
        context = AuditContext(max(self.retention_ms, self._newest_kept_ms(shard)))
        self.scripts.run(
            "append_event",
            # The event is about nobody, so in no number's history.
            [audit, audit],
            context.encode(_NOBODY, _OPERATOR),
            AuditEvent.AUDIT_TRIMMED,
            Outcome.SUCCESS,
            str(oldest_ms),
        )

    def _newest_kept_ms(self, shard: int) -> int:
        """The retention that the newest event was written with; the stream ends as late again."""
        snapshot = RedisAuditChain(self.scripts.client).snapshot(shard)
        left_ms: int = self.scripts.client.pttl(ShardKeys(shard).audit)
        if left_ms < 0 or snapshot.newest_id is None:
            return 0
        return left_ms + snapshot.now_ms - snapshot.newest_id.ms

    def _histories(self) -> Iterator[str]:
        with store_errors("trim_audit"):
            for key in self.scripts.client.scan_iter(match="{otp:*}:history:*", count=1_000):
                yield str(key)

    def _trim(self, history: str, oldest_ms: int) -> int:
        audit = f"{history.partition('}:')[0]}}}:audit"
        dropped = 0
        while True:
            (now,) = self.scripts.run("trim_history", [audit, history], "{}", oldest_ms, _AT_ONCE)
            dropped += int(now)
            if int(now) < _AT_ONCE:
                return dropped
