"""The shards' chains as Redis keeps them, read as raw bytes: whoever altered them chose the bytes.

Nothing here trusts what it reads. What cannot be what the service wrote is UnreadableAuditError.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias

import redis

from otp_service.adapters.redis_keys import ShardKeys
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.audit_chain import ChainedEvent, ChainHead, EventId, chained
from otp_service.domain.audit_ports import ChainSnapshot, StoredAnchor, UnreadableAuditError
from otp_service.domain.audit_seal import read_anchor

Entry: TypeAlias = tuple[EventId, Sequence[bytes]]

_LUA = files("otp_service.adapters") / "lua"
_SNAPSHOT = (_LUA / "chain_snapshot.lua").read_text(encoding="utf-8")
_ENTRIES = (_LUA / "chain_entries.lua").read_text(encoding="utf-8")
_CHUNK = 250
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class RedisAuditChain:
    """Reads streams in chunks, never one whole, and tombstones a day at a time.

    All raise StoreUnavailableError.
    """

    client: redis.Redis

    def snapshot(self, shard: int) -> ChainSnapshot:
        """The head, the newest event and the newest anchor, all of one moment."""
        keys = ShardKeys(shard)
        with _reading("chain_snapshot"):
            time, head, newest, anchor = self._eval(
                _SNAPSHOT, keys.audit, keys.chain_head, keys.anchors
            )
            return ChainSnapshot(
                now_ms=int(time[0]) * 1000 + int(time[1]) // 1000,
                head=_head(head),
                newest_id=EventId.parse(newest.decode()) if newest else None,
                anchor=_stored_anchor(shard, anchor) if anchor else None,
            )

    def events(
        self, shard: int, after: EventId | None, until: EventId | None
    ) -> Iterator[ChainedEvent]:
        """Oldest first; `after` is exclusive, `until` inclusive."""
        for event_id, fields in self.entries(ShardKeys(shard).audit, after, until):
            yield chained(event_id, fields)

    def anchors(self, shard: int) -> Iterator[StoredAnchor]:
        """Oldest first."""
        for entry in self.entries(ShardKeys(shard).anchors, None, None):
            yield _stored_anchor(shard, entry)

    def anchor_at(self, shard: int, event_id: EventId) -> StoredAnchor | None:
        """The anchor whose last event this is."""
        with _reading("anchor_at"):
            found = self._eval(_ENTRIES, ShardKeys(shard).anchors, args=(event_id, event_id, 1))
        return _stored_anchor(shard, found[0]) if found else None

    def tombstones(self, shard: int, since_ms: int, until_ms: int) -> Iterator[tuple[str, str]]:
        """Event id and text of each, in no order, of the days from `since_ms` to `until_ms`."""
        for day in range(since_ms // _DAY_MS, until_ms // _DAY_MS + 1):
            with _reading("tombstones"):
                kept = self._raw("HGETALL", ShardKeys(shard).tombstones(day))
            for event_id, text in kept.items():
                yield event_id.decode("utf-8", "replace"), text.decode("utf-8", "replace")

    def entries(self, key: str, after: EventId | None, until: EventId | None) -> Iterator[Entry]:
        """The stream's entries with their fields' names and values in stored order."""
        start, end = f"({after}" if after else "-", str(until) if until else "+"
        while True:
            with _reading("chain_entries"):
                chunk = self._eval(_ENTRIES, key, args=(start, end, _CHUNK))
            for event_id, fields in chunk:
                yield EventId.parse(event_id.decode()), fields
            if len(chunk) < _CHUNK:
                return
            start = f"({chunk[-1][0].decode()}"

    def _eval(self, script: str, *keys: str, args: Sequence[object] = ()) -> Any:  # noqa: ANN401 - Redis' own
        return self._raw("EVAL", script, len(keys), *keys, *map(str, args))

    def _raw(self, *command: object) -> Any:  # noqa: ANN401
        return self.client.execute_command(*command, NEVER_DECODE=True)  # type: ignore[no-untyped-call]


@contextmanager
def _reading(step: str) -> Iterator[None]:
    with store_errors(step):
        try:
            yield
        except (ValueError, LookupError, TypeError) as error:
            raise UnreadableAuditError from error
        except redis.ResponseError as error:
            # Inside a script it comes with the script's name around it.
            if "WRONGTYPE" in str(error):
                raise UnreadableAuditError from error
            raise


def _head(flat: Sequence[bytes]) -> ChainHead | None:
    if not flat:
        return None
    kept = dict(zip(flat[::2], flat[1::2], strict=True))
    return ChainHead(
        EventId.parse(kept[b"id"].decode()), kept[b"link"].decode(), int(kept[b"count"])
    )


def _stored_anchor(shard: int, entry: tuple[Any, Sequence[bytes]]) -> StoredAnchor:
    """What the entry says, None in place of an anchor for what is none."""
    raw_id, fields = entry
    event_id = raw_id if isinstance(raw_id, EventId) else EventId.parse(raw_id.decode())
    texts = [text.decode("utf-8", "replace") for text in fields]
    kept = dict(zip(texts[::2], texts[1::2], strict=True))
    try:
        anchor = read_anchor({**kept, "shard": shard, "last_id": event_id})
    except ValueError:
        anchor = None
    return StoredAnchor(event_id, anchor)
