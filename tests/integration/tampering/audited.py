"""A store whose audit is anchored and verified, and the hands of an attacker inside its Redis."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog

from otp_service.adapters import redis_audit_anchoring
from otp_service.adapters.redis_audit_anchoring import RedisAuditAnchoring
from otp_service.adapters.redis_audit_chain import RedisAuditChain
from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_keys import SHARDS, ShardKeys, shard_of
from otp_service.adapters.redis_person_store import RedisPersonStore
from otp_service.adapters.redis_scripts import Scripts
from otp_service.adapters.sqlite_anchor_ledger import temporary_anchor_ledger
from otp_service.domain.audit_chain import EventId, chained
from otp_service.domain.audit_findings import Finding
from otp_service.domain.audit_seal import SealRing
from otp_service.domain.audit_verifier import AuditReport, AuditVerifier
from otp_service.domain.subject import Subject
from otp_service.logs import configure_logs
from tests.integration.store.number import RETENTION_MS, Number

if TYPE_CHECKING:
    import redis

KEY, OLD_KEY, STRANGERS_KEY = b"k" * 32, b"o" * 32, b"s" * 32
RAW = {"NEVER_DECODE": True}


def a_number(client: "redis.Redis", index: int, retention_ms: int = RETENTION_MS) -> Number:
    """The `index`-th number of the one shard that the attacks are on."""
    subject = Subject(_names_of_the_shard()[index], "+1******0100", "US")
    return Number(client, subject, retention_ms=retention_ms)


@cache
def _names_of_the_shard() -> list[str]:
    letters = str.maketrans("0123456789", "abcdefghij")
    names = (f"{str(number).translate(letters):0<24}" for number in range(10_000))
    return [name for name in names if shard_of(name) == SHARD]


SHARD = 7
KEYS = ShardKeys(SHARD)


@dataclass
class Audited:
    # Its replies are Redis' own, of every shape.
    client: Any
    retention_ms: int = RETENTION_MS
    keys: tuple[bytes, ...] = (KEY,)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scripts = Scripts(self.client)
        self.seals = SealRing(self.keys)
        self.chain = RedisAuditChain(self.client)
        self.anchoring = self.new_process()
        self.people = RedisPersonStore(self.scripts, AuditContext(self.retention_ms), self.seals)
        self.verifier = AuditVerifier(
            self.chain, temporary_anchor_ledger, self.seals, self.retention_ms, SHARDS
        )

    def new_process(self) -> RedisAuditAnchoring:
        """Another worker: it remembers nothing yet."""
        return RedisAuditAnchoring(
            self.scripts, self.seals, self.retention_ms, 60, lambda: 1_700_000_000.0
        )

    def anchor(self, anchoring: RedisAuditAnchoring | None = None) -> list[dict[str, Any]]:
        """One round; returns what it logged."""
        with logged_lines() as stream:
            (anchoring or self.anchoring).run_once()
        lines = stream.getvalue().splitlines()
        self.log += lines
        return [json.loads(line) for line in lines]

    def verify(self, *, with_log: bool = False) -> AuditReport:
        return self.verifier.verify(self.log if with_log else None)

    def findings(self, *, with_log: bool = False) -> list[Finding]:
        report = self.verify(with_log=with_log)
        assert report.intact is not any(shard.findings for shard in report.shards)
        return [finding for shard in report.shards for finding in shard.findings]

    def ids(self) -> list[EventId]:
        return [entry[0] for entry in self.chain.entries(KEYS.audit, None, None)]

    # What an attacker does, who can write to Redis and has no keys.

    def entries(self) -> list[tuple[EventId, list[bytes]]]:
        return [(at, list(texts)) for at, texts in self.chain.entries(KEYS.audit, None, None)]

    def rewrite(self, entries: list[tuple[EventId, list[bytes]]]) -> None:
        """Put these in the place of all events; ids and all as the attacker likes."""
        self.client.delete(KEYS.audit)
        for event_id, fields in entries:
            self.client.execute_command("XADD", KEYS.audit, str(event_id), *fields)

    def relink(self, entries: list[tuple[EventId, list[bytes]]], start: int = 1) -> None:
        """Rewrite with links that fit from `start` on, and a head that fits them."""
        for index in range(max(1, start), len(entries)):
            entries[index][1][-1] = link_of(*entries[index - 1]).encode()
        self.rewrite(entries)
        last = entries[-1]
        self.client.hset(KEYS.chain_head, mapping={"id": str(last[0]), "link": link_of(*last)})

    def all_keys(self) -> dict[bytes, bytes]:
        """Everything in Redis, as a dump of it."""
        found: Any = self.client.execute_command("KEYS", "*", **RAW)
        return {key: self.client.execute_command("DUMP", key, **RAW) for key in found}

    def restore(self, dump: dict[bytes, bytes]) -> None:
        self.client.flushall()
        for key, value in dump.items():
            self.client.execute_command("RESTORE", key, 0, value)


def link_of(event_id: EventId, fields: list[bytes]) -> str:
    return chained(event_id, fields).link


@contextmanager
def logged_lines() -> Iterator[io.StringIO]:
    """What is logged in the block, as in production at LOG_LEVEL=ERROR."""
    stream = io.StringIO()
    try:
        configure_logs("ERROR", stream.write)
        vars(redis_audit_anchoring._log).pop("bind", None)
        yield stream
    finally:
        structlog.reset_defaults()
        vars(redis_audit_anchoring._log).pop("bind", None)
