"""The chain of one shard's events: what is hashed, and in which form (netstrings, as in the Lua).

Each event's `chain` field is the SHA-1 link of the event before it: SHA-1 is the only hash that
Redis' Lua has. The SHA-256 digest of the same bytes is what signed anchors rest on.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_EVENT_ID = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")
_CHAIN = b"chain"
# The field before the chain's own first link.
NO_LINK = ""


class EventId(NamedTuple):
    """A place in a shard's stream; sorts as the stream does. `ms` is Redis' clock in Unix ms."""

    ms: int
    seq: int

    def __str__(self) -> str:
        return f"{self.ms}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "EventId":
        """Raise ValueError."""
        found = _EVENT_ID.fullmatch(text)
        if not found:
            raise ValueError("not the id of a stream's entry")
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """One event as the chain sees it; `chain` is None in an entry that has no such last field.

    `link` and `digest` are hex SHA-1 and SHA-256 of its canonical bytes. Of an `erased` event only
    these are left.
    """

    event_id: EventId
    chain: str | None
    link: str
    digest: str
    erased: bool = False


@dataclass(frozen=True, slots=True)
class ChainHead:
    """What a shard keeps about its last event; `count` is of all events there ever were."""

    event_id: EventId
    link: str
    count: int


def netstrings(texts: Iterable[bytes]) -> bytes:
    """Each text with its length before it, so that no two sequences read the same."""
    return b",".join(b"%d:%b" % (len(text), text) for text in texts)


def chained(event_id: EventId, fields: Sequence[bytes]) -> ChainedEvent:
    """`fields` are names and values in stored order, as the bytes that Redis keeps."""
    canonical = netstrings([str(event_id).encode(), *fields])
    has_chain = len(fields) >= 2 and fields[-2] == _CHAIN
    return ChainedEvent(
        event_id=event_id,
        chain=fields[-1].decode("ascii", "replace") if has_chain else None,
        link=hashlib.sha1(canonical, usedforsecurity=False).hexdigest(),
        digest=hashlib.sha256(canonical).hexdigest(),
    )


class SegmentDigest:
    """SHA-256 over the digests of consecutive events.

    Of digests rather than of bytes, so that a segment can still be checked once one of its events
    was erased.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, event: ChainedEvent) -> None:
        self._hash.update(bytes.fromhex(event.digest))

    def hex(self) -> str:
        return self._hash.hexdigest()
