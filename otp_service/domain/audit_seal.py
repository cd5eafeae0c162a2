"""What the service signs about its audit: anchors of the chain, and tombstones of erased events.

HMAC-SHA-256 under keys derived from the OTP_SECRET_KEYS ring, so whoever can write to Redis but
has no key can make neither.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from otp_service.domain.audit_chain import ChainedEvent, EventId, netstrings

_LINK = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class SealRing:
    """`keys` newest first: the newest seals, all verify."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def seal(self, texts: Sequence[str]) -> str:
        """64 hex digits."""
        return _mac(self._keys[0], texts)

    def sealed(self, anchor: "Anchor") -> "Anchor":
        return replace(anchor, seal=self.seal(anchor.sealed_texts()))

    def holds(self, texts: Sequence[str], seal: str) -> bool:
        # encode(): compare_digest takes no text but ASCII, and a forged seal may be anything.
        given = seal.encode("utf-8", "replace")
        matches = [hmac.compare_digest(_mac(key, texts).encode(), given) for key in self._keys]
        return any(matches)


def _mac(key: bytes, texts: Sequence[str]) -> str:
    # A line of the log can spell half of a surrogate pair: it is forged, and no reason to stop.
    encoded = (text.encode("utf-8", "surrogatepass") for text in texts)
    return hmac.digest(key, netstrings(encoded), hashlib.sha256).hex()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A signed statement of how one shard's chain stood.

    It covers the `events` events from `first_id` to `last_id`, the shard's `count`-th ever:
    `digest` is their SegmentDigest, `link` the last one's. `previous` is the seal of the anchor
    before it, '' for the first. Events older than `kept_since_ms` may have been trimmed away by
    then. Instants are Unix ms: `kept_since_ms` by Redis' clock, `made_at_ms` by the maker's.
    """

    LABEL: ClassVar[str] = "otp-service/audit-anchor/1"

    shard: int
    previous: str
    first_id: EventId
    last_id: EventId
    events: int
    count: int
    link: str
    digest: str
    kept_since_ms: int
    made_at_ms: int
    seal: str = ""

    def fields(self) -> dict[str, str | int]:
        """As Redis and the log keep it; `read_anchor` reads it back."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "first_id": str(self.first_id), "last_id": str(self.last_id)}

    def sealed_texts(self) -> list[str]:
        numbers = (self.events, self.count, self.kept_since_ms, self.made_at_ms)
        ids = (self.first_id, self.last_id)
        texts = (self.LABEL, self.shard, self.previous, *ids, *numbers, self.link, self.digest)
        return [str(text) for text in texts]


def read_anchor(fields: Mapping[str, object]) -> Anchor:
    """An anchor from its fields, its seal unchecked. Raise ValueError."""
    try:
        return Anchor(
            shard=int(str(fields["shard"])),
            previous=str(fields["previous"]),
            first_id=EventId.parse(str(fields["first_id"])),
            last_id=EventId.parse(str(fields["last_id"])),
            events=int(str(fields["events"])),
            count=int(str(fields["count"])),
            link=str(fields["link"]),
            digest=str(fields["digest"]),
            kept_since_ms=int(str(fields["kept_since_ms"])),
            made_at_ms=int(str(fields["made_at_ms"])),
            seal=str(fields["seal"]),
        )
    except KeyError:
        raise ValueError("not an anchor") from None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an erased event: what the chain needs, and the service's word for it.

    Nobody without the keys can pass a deletion off as an erasure.
    """

    LABEL: ClassVar[str] = "otp-service/audit-tombstone/1"

    shard: int
    event: ChainedEvent

    def encode(self, seals: SealRing) -> str:
        """JSON with its seal, as Redis keeps it."""
        kept = {"chain": self.event.chain, "link": self.event.link, "digest": self.event.digest}
        return json.dumps({**kept, "seal": seals.seal(self._sealed_texts())})

    def _sealed_texts(self) -> list[str]:
        event = self.event
        chain = "no chain" if event.chain is None else f"chain {event.chain}"
        return [
            self.LABEL,
            str(self.shard),
            str(event.event_id),
            chain,
            event.link,
            event.digest,
        ]

    @classmethod
    def decode(cls, shard: int, event_id: str, text: str, seals: SealRing) -> "Tombstone":
        """Raise ValueError for anything that does not carry a right seal for this very event."""
        try:
            kept = json.loads(text)
            link, digest = str(kept["link"]), str(kept["digest"])
            chain, seal = kept["chain"], str(kept["seal"])
        except (KeyError, TypeError, RecursionError):
            raise ValueError("not a tombstone") from None
        if not (_LINK.fullmatch(link) and _SHA256.fullmatch(digest)):
            raise ValueError("not a tombstone")
        chain = None if chain is None else str(chain)
        stone = cls(shard, ChainedEvent(EventId.parse(event_id), chain, link, digest, erased=True))
        if not seals.holds(stone._sealed_texts(), seal):
            raise ValueError("not sealed by the service")
        return stone
