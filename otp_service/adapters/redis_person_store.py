"""PersonStore on Redis: finds and erases all that is kept of one phone number."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from otp_service.adapters.redis_audit_chain import Entry, RedisAuditChain
from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_scripts import Arg, Scripts, store_errors
from otp_service.domain.audit_chain import chained
from otp_service.domain.audit_ports import PersonRecords
from otp_service.domain.audit_seal import SealRing, Tombstone
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.subject import Subject

# So that no script holds the others up for more than a millisecond or two.
_BATCH = 100
_NOBODY = Subject("")


@dataclass(frozen=True, slots=True)
class RedisPersonStore:
    """Looks through the whole shard: a history may know less than the stream still holds."""

    scripts: Scripts
    context: AuditContext
    seals: SealRing

    def records(self, subject: Subject) -> PersonRecords:
        keys = self.context.keys_of(subject)
        ids = self.context.ids.all_of(subject.phone_id)
        with store_errors("person_records"):
            pipeline = self.scripts.client.pipeline(transaction=False)
            for same_kind in zip(*self._all_own(subject), strict=True):
                pipeline.exists(*same_kind)
            pipeline.hmget(keys.roles, ids)
            *found, roles = pipeline.execute()
            found.append(any(roles))
        kinds = [kind for kind, there in zip([*keys.own, "role"], found, strict=True) if there]
        events = Counter(_field(fields, b"event") for _, fields in self._entries(subject))
        return PersonRecords(tuple(kinds), dict(sorted(events.items())))

    def erase(self, subject: Subject, origin: RequestOrigin) -> Iterator[int]:
        """A batch at a time; what a stop leaves, the next time finds."""
        entries = self._entries(subject)
        while batch := list(islice(entries, _BATCH)):
            yield self._erase(subject, batch, origin)
        # Whoever has no events may have state all the same.
        yield self._erase(subject, [], origin)

    def _erase(self, subject: Subject, entries: list[Entry], origin: RequestOrigin) -> int:
        keys = self.context.keys_of(subject)
        stones: list[Arg] = []
        for event_id, fields in entries:
            stone = Tombstone(keys.shard.shard, chained(event_id, fields))
            stones += [str(event_id), stone.encode(self.seals)]
        _, erased, _ = self.scripts.run(
            "erase_person",
            [keys.audit, keys.history, keys.roles, *self._erasable(subject)],
            self.context.encode(_NOBODY, origin),
            json.dumps(self.context.ids.all_of(subject.phone_id)),
            len(entries),
            *stones,
        )
        return int(erased)

    def _entries(self, subject: Subject) -> Iterator[Entry]:
        """The person's events up to now, oldest first."""
        keys = self.context.keys_of(subject)
        ids = self.context.ids.all_of(subject.phone_id)
        audit = RedisAuditChain(self.scripts.client)
        until = audit.snapshot(keys.shard.shard).newest_id
        for entry in audit.entries(keys.audit, None, until) if until else ():
            if _field(entry[1], b"phone_id") in ids:
                yield entry

    def _all_own(self, subject: Subject) -> Iterator[Iterable[str]]:
        """The number's keys, in one order for each record id it may be kept under."""
        for keys in self.context.ids.all_keys_of(subject.phone_id):
            yield keys.own.values()

    def _erasable(self, subject: Subject) -> Iterator[str]:
        for keys in self.context.ids.all_keys_of(subject.phone_id):
            yield from keys.personal.values()


def _field(fields: Sequence[bytes], name: bytes) -> str:
    kept: Mapping[bytes, bytes] = dict(zip(fields[::2], fields[1::2], strict=True))
    return kept.get(name, b"").decode("utf-8", "replace")
