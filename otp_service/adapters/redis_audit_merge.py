"""The shards' audit streams as one, by time: read in chunks, one round trip for each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import redis

from otp_service.adapters.redis_audit_entry import Entry, Position, position_of
from otp_service.adapters.redis_audit_window import Window
from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.adapters.redis_scripts import store_errors

# Events of each shard in one round trip: few first, for a page is soon full.
_FIRST_CHUNK, _LARGEST_CHUNK = 8, 128


def newest_first(client: redis.Redis, window: Window) -> Iterator[Entry]:
    """Raise StoreUnavailableError, when consumed."""
    return _Merge(client, window, descending=True).entries(_FIRST_CHUNK)


def oldest_first(client: redis.Redis, window: Window) -> Iterator[Entry]:
    """Raise StoreUnavailableError, when consumed."""
    return _Merge(client, window, descending=False).entries(_LARGEST_CHUNK)


@dataclass(slots=True)
class _Shard:
    """What is still to be read of one shard: from `low` to `high`, as XRANGE takes them."""

    number: int
    low: str
    high: str
    # The last event read so far: everything that is still to come lies beyond it.
    reached: Position


class _Merge:
    def __init__(self, client: redis.Redis, window: Window, *, descending: bool) -> None:
        self._client = client
        self._descending = descending
        self._unread = [
            _unread(number, window)
            for number in range(SHARDS)
            if window.end_in(number) > (window.since_ms, 0)
        ]
        self._waiting: list[Entry] = []

    def entries(self, chunk: int) -> Iterator[Entry]:
        while self._unread:
            self._read(chunk)
            chunk = min(chunk * 2, _LARGEST_CHUNK)
            yield from self._settled()

    def _read(self, chunk: int) -> None:
        """Read on where little is waiting; a shard with few events must not be read ahead."""
        waiting = Counter(entry.position.shard for entry in self._waiting)
        thirsty = [shard for shard in self._unread if waiting[shard.number] < chunk // 2]
        pipeline = self._client.pipeline(transaction=False)
        for shard in thirsty:
            key = ShardKeys(shard.number).audit
            if self._descending:
                pipeline.xrevrange(key, max=shard.high, min=shard.low, count=chunk)
            else:
                pipeline.xrange(key, min=shard.low, max=shard.high, count=chunk)
        with store_errors("read_audit"):
            replies: list[Any] = pipeline.execute()
        for shard, reply in zip(thirsty, replies, strict=True):
            self._take(shard, reply, chunk)

    def _take(self, shard: _Shard, reply: list[tuple[str, dict[str, str]]], chunk: int) -> None:
        self._waiting += [
            Entry(position_of(shard.number, entry_id), fields) for entry_id, fields in reply
        ]
        if len(reply) < chunk:
            self._unread.remove(shard)
            return
        last_id = reply[-1][0]
        shard.reached = position_of(shard.number, last_id)
        if self._descending:
            shard.high = f"({last_id}"
        else:
            shard.low = f"({last_id}"

    def _settled(self) -> list[Entry]:
        """Those before which no unread event can belong, in their order."""
        settled, self._waiting = self._waiting, []
        if self._unread and self._descending:
            edge = max(shard.reached for shard in self._unread)
            self._waiting = [entry for entry in settled if entry.position < edge]
            settled = [entry for entry in settled if entry.position >= edge]
        elif self._unread:
            edge = min(shard.reached for shard in self._unread)
            self._waiting = [entry for entry in settled if entry.position > edge]
            settled = [entry for entry in settled if entry.position <= edge]
        settled.sort(key=itemgetter(0), reverse=self._descending)
        return settled


def _unread(number: int, window: Window) -> _Shard:
    at_ms, sequence = window.end_in(number)
    return _Shard(number, f"{window.since_ms}-0", f"({at_ms}-{sequence}", Position(0, 0, 0))
