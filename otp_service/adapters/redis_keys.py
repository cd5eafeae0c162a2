"""Every Redis key of the service. The keys of one number share the hash tag of its shard.

So one script changes a number's state and its audit together, on a Cluster as on one server.
"""

import zlib
from dataclasses import dataclass

SHARDS = 16
# Which process makes the chains' anchors at the moment. TTL: a turn.
ANCHORING_TURN = "otp:audit:anchoring"
# Name of the pseudonym key that made the userIds in this Redis. No TTL: they are kept for as long.
USER_IDS_MAKER = "{otp:operator}:user_ids_maker"


def shard_of(phone_id: str) -> int:
    return zlib.crc32(phone_id.encode()) % SHARDS


@dataclass(frozen=True, slots=True)
class ShardKeys:
    """Keys that a whole shard shares."""

    shard: int

    @property
    def audit(self) -> str:
        """Stream of audit events; lives as long as its retention."""
        return f"{{otp:{self.shard:02d}}}:audit"

    @property
    def chain_head(self) -> str:
        """Hash link, id, count: the last event of the chain, and how many there ever were."""
        return f"{self.audit}:head"

    @property
    def anchors(self) -> str:
        """Stream of signed anchors of the chain. TTL: renewed for as long as the service runs."""
        return f"{self.audit}:anchors"

    def tombstones(self, day: int) -> str:
        """Hash of erased events of one UTC day since the Unix epoch. TTL: as the events had."""
        return f"{self.audit}:erased:{day}"

    def hour_counters(self, hour: int) -> str:
        """Hash of figures of one hour since the Unix epoch. TTL: 15 days."""
        return f"{self.audit}:hour:{hour}"

    def day_counters(self, day: int) -> str:
        """Hash of figures of one UTC day since the Unix epoch. TTL: the audit's retention."""
        return f"{self.audit}:day:{day}"

    @property
    def roles(self) -> str:
        """Hash phone_id -> assignment (JSON). No TTL: a role holds until it is changed."""
        return f"{{otp:{self.shard:02d}}}:roles"


class NumberKeys:
    """Keys of one phone number. `record_id` is how they name it: the userId, or that sealed.

    The shard is the userId's, so that a number's keys can change their names but not their slot.
    """

    def __init__(self, phone_id: str, record_id: str | None = None) -> None:
        self.record_id = phone_id if record_id is None else record_id
        self.shard = ShardKeys(shard_of(phone_id))
        self.audit = self.shard.audit
        self.roles = self.shard.roles
        tag = f"{{otp:{self.shard.shard:02d}}}"
        # Hash id, tries, the digest in two parts: the passcode that Meta took. TTL: its own.
        self.challenge = f"{tag}:challenge:{self.record_id}"
        # The same, while its message is in flight; stays when nobody learned how that ended.
        self.pending = f"{tag}:pending:{self.record_id}"
        # Such a one, once the next send has begun.
        self.parked = f"{tag}:parked:{self.record_id}"
        # Challenge id of the send in flight. TTL: longer than any send takes.
        self.sending = f"{tag}:sending:{self.record_id}"
        # Hash challenge id -> what became of its message. TTL: longer than Meta repeats reports.
        self.deliveries = f"{tag}:deliveries:{self.record_id}"
        # Sorted set of the challenges that the person says not to have asked for, by Unix ms.
        # TTL: as the deliveries', since Meta repeats a press as it repeats a report.
        self.disowned = f"{tag}:disowned:{self.record_id}"
        # Count. No TTL: only a login or an administrator gives failures back.
        self.failures = f"{tag}:failures:{self.record_id}"
        # Flag. TTL: the lock-out's.
        self.lock = f"{tag}:lock:{self.record_id}"
        # Sorted set of live session ids by expiry. TTL: the last one's.
        self.sessions = f"{tag}:sessions:{self.record_id}"
        # Hash: the identity of whoever has the number (see lua/identity.lua). No TTL: it holds
        # until an administrator accepts another one.
        self.identity = f"{tag}:identity:{self.record_id}"
        # Count of the owners before this one. No TTL, and kept when a person is erased: without it
        # the number's next login would be given the first owner's userId.
        self.former_owners = f"{tag}:former_owners:{self.record_id}"
        # List of the number's event ids in the shard's stream. TTL: the audit's retention.
        # Not a stream: each stream reserves 4 KiB, which is 410 bytes an event at 10 events.
        self.history = f"{tag}:history:{self.record_id}"

    @property
    def own(self) -> dict[str, str]:
        """Kind -> key, of all that is this number's alone."""
        shared = {"record_id", "shard", "audit", "roles"}
        return {kind: key for kind, key in vars(self).items() if kind not in shared}

    @property
    def personal(self) -> dict[str, str]:
        """Those of `own` that say something of a person."""
        return {kind: key for kind, key in self.own.items() if kind != "former_owners"}

    @property
    def passcodes(self) -> tuple[str, str, str]:
        """All that an attempt may match, in the scripts' order."""
        return self.challenge, self.parked, self.pending


# The kinds in the names `<tag>:<kind>:<record id>`.
NUMBER_KINDS = tuple(NumberKeys("").own)
