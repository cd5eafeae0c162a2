"""Naming every number in Redis anew after the pseudonym key changed, without any phone number."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from otp_service.adapters.redis_audit_context import number_context
from otp_service.adapters.redis_keys import NUMBER_KINDS, SHARDS, ShardKeys
from otp_service.adapters.redis_record_ids import RecordIds
from otp_service.adapters.redis_scripts import Scripts, store_errors

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class RedisRekeying:
    """May be stopped at any moment and begun again: each number moves in one atomic step."""

    scripts: Scripts
    ids: RecordIds

    def adopt(self, phone_id: str) -> bool:
        """Make ours what is kept of one number; whether there was anything else."""
        keys = self.ids.keys_of(phone_id)
        context = json.dumps(number_context(self.ids, phone_id))
        (adopted,) = self.scripts.run("adopt_number", [keys.audit, keys.history], context)
        return adopted == 1

    def left(self) -> "Left":
        """What is not yet named as we write it now. Raise StoreUnavailableError."""
        found = Left()
        for record_id in self._record_ids():
            if self.ids.is_ours(record_id):
                continue
            if self.ids.is_known(record_id):
                found.phone_ids.add(self.ids.user_id_of(record_id))
            else:
                found.nameless.add(record_id)
        return found

    def _record_ids(self) -> Iterator[str]:
        """Of all that Redis holds, many of them several times."""
        client = self.scripts.client
        with store_errors("rekey"):
            for key in client.scan_iter(match="{otp:*}:*:*", count=_AT_ONCE):
                kind, _, record_id = str(key).partition("}:")[2].partition(":")
                if kind in NUMBER_KINDS:
                    yield record_id
            for shard in range(SHARDS):
                yield from map(str, client.hgetall(ShardKeys(shard).roles))


@dataclass(frozen=True, slots=True)
class Left:
    """`phone_ids` can be moved; `nameless` are record ids of a key that is not among ours."""

    phone_ids: set[str] = field(default_factory=set)
    nameless: set[str] = field(default_factory=set)
