"""AuditTail on Redis: what was written to any shard since the last look."""

from typing import Any

import redis
from redis.client import Pipeline

from otp_service.adapters.redis_audit_entry import Entry, position_of, record_of
from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.adapters.redis_record_ids import UNSEALED, RecordIds
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_query import END_OF_TIME_MS

_AT_ONCE = 500


class RedisAuditTail:
    """Follows from the moment it is made. Raise StoreUnavailableError."""

    def __init__(self, client: redis.Redis, ids: RecordIds = UNSEALED) -> None:
        self._client = client
        self._ids = ids
        self._last_ids = ["0-0"] * SHARDS
        pipeline = client.pipeline(transaction=False)
        for shard in range(SHARDS):
            pipeline.xrevrange(ShardKeys(shard).audit, count=1)
        for shard, reply in enumerate(self._replies(pipeline)):
            if reply:
                self._last_ids[shard] = reply[0][0]

    def new_events(self) -> list[AuditRecord]:
        """The oldest ones of each shard, where very many are new."""
        pipeline = self._client.pipeline(transaction=False)
        for shard, last_id in enumerate(self._last_ids):
            key = ShardKeys(shard).audit
            pipeline.xrange(key, min=f"({last_id}", max=END_OF_TIME_MS, count=_AT_ONCE)
        entries: list[Entry] = []
        for shard, reply in enumerate(self._replies(pipeline)):
            entries += [Entry(position_of(shard, entry_id), fields) for entry_id, fields in reply]
            if reply:
                self._last_ids[shard] = reply[-1][0]
        in_order = sorted(entries, key=lambda one: one.position)
        records = [record_of(entry, self._ids) for entry in in_order]
        return [record for record in records if record is not None]

    def _replies(self, pipeline: Pipeline) -> list[Any]:
        with store_errors("follow_audit"):
            replies: list[Any] = pipeline.execute()
        return replies
