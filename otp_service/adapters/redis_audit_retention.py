"""AuditRetention on Redis: drop what is older than the retention, now and exactly.

Each event written drops some of it anyway; a quiet service keeps the rest a little longer.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.adapters.redis_scripts import Scripts, store_errors
from otp_service.domain.audit_read_ports import Trimmed

# Of one history in one script: nobody is held up for long.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class RedisAuditRetention:
    scripts: Scripts
    retention_ms: int

    def trim(self) -> Trimmed:
        with store_errors("trim_audit"):
            seconds, microseconds = self.scripts.client.time()
            oldest_ms = seconds * 1000 + microseconds // 1000 - self.retention_ms
            pipeline = self.scripts.client.pipeline(transaction=False)
            for shard in range(SHARDS):
                pipeline.xtrim(ShardKeys(shard).audit, minid=str(oldest_ms), approximate=False)
            events = sum(pipeline.execute())
        return Trimmed(events, sum(self._trim(key, oldest_ms) for key in self._histories()))

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
