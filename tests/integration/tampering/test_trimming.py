"""`audit trim` under a short retention, and a longer one afterwards: no alarm, but for a theft."""

import json
from typing import TYPE_CHECKING

import pytest

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_audit_retention import RedisAuditRetention
from otp_service.domain.audit_chain import EventId
from otp_service.domain.audit_findings import Finding, FindingKind
from otp_service.domain.audit_read_ports import Trimmed
from otp_service.domain.audit_seal import SealRing, read_anchor
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.subject import Subject
from tests.integration.tampering.audited import (
    KEYS,
    SHARD,
    STRANGERS_KEY,
    Audited,
    a_number,
    logged_lines,
)
from tests.integration.tampering.test_retention import DAY_MS, HOUR_MS, move_back

if TYPE_CHECKING:
    import redis

LOGINS = 4
LONG_MS = 90 * DAY_MS


@pytest.fixture
def lasting(backend: "redis.Redis") -> Audited:
    """A login a day under a retention of 90 days, the last just now; all anchored but the last."""
    backend.flushall()
    audited = Audited(backend, retention_ms=LONG_MS)
    seconds, _ = backend.time()
    for index in range(LOGINS):
        a_number(backend, index, LONG_MS).log_in(f"session {index}")
        age_ms = (LOGINS - 1 - index) * DAY_MS
        move_back(audited, EventId(seconds * 1000 - age_ms, 0), index * 5)
        if index < LOGINS - 1:
            audited.anchor()
    backend.pexpire(KEYS.audit, LONG_MS)
    return audited


def trim(audited: Audited, retention_ms: int) -> Trimmed:
    """The command in a process of its own, whose log nobody keeps."""
    anchoring = Audited(audited.client, retention_ms, audited.keys).anchoring
    with logged_lines():
        return RedisAuditRetention(audited.scripts, retention_ms, anchoring).trim()


@pytest.mark.parametrize("hours", [1, 36, 60])
def test_a_trim_is_no_tampering_under_a_longer_retention(lasting: Audited, hours: int):
    dropped = 5 * (3 - hours // 24)
    assert trim(lasting, hours * HOUR_MS).events == dropped
    assert len(lasting.ids()) == 5 * LOGINS - dropped + 1
    assert lasting.findings(with_log=True) == []
    # Of a process that saw the anchors of before, and of one that begins now.
    assert lasting.anchor() == []
    assert lasting.anchor(lasting.new_process()) == []
    a_number(lasting.client, 9, LONG_MS).log_in()
    assert [line["event"] for line in lasting.anchor()] == ["audit_anchor"]
    assert lasting.findings(with_log=True) == []


def test_a_trim_is_an_event_that_says_from_when_on_events_are_kept(lasting: Audited):
    trim(lasting, DAY_MS + HOUR_MS)
    ((_, fields),) = lasting.client.xrevrange(KEYS.audit, count=1)
    kept_since_ms = int(fields["reason"])
    assert (fields["event"], fields["outcome"], fields["client_id"], fields["phone_id"]) == (
        "audit_trimmed",
        "success",
        "cli",
        "",
    )
    ((_, anchor),) = lasting.client.xrevrange(KEYS.anchors, count=1)
    assert kept_since_ms <= int(anchor["kept_since_ms"]) < kept_since_ms + 60_000
    # Nothing was there to be dropped any more, so nothing is to be said.
    again = trim(lasting, DAY_MS + HOUR_MS)
    assert (again.events, again.unsigned) == (0, ())
    assert len(lasting.ids()) == 11


def test_what_is_left_lives_as_long_as_before(lasting: Audited):
    trim(lasting, HOUR_MS)
    assert lasting.client.pttl(KEYS.audit) > LONG_MS - HOUR_MS


@pytest.mark.parametrize("removed", [5, 10, 15])
def test_a_theft_that_calls_itself_a_trim_is_found(lasting: Audited, removed: int):
    """Whoever can write to Redis can write the event too, and an anchor with any key but ours."""
    lasting.anchor()
    nobody = AuditContext(LONG_MS).encode(Subject(""), RequestOrigin(client_id="cli"))
    oldest = lasting.ids()[removed]
    words = ("audit_trimmed", "success", str(oldest.ms))
    lasting.scripts.run("append_event", [KEYS.audit, KEYS.audit], nobody, *words)
    lasting.client.xtrim(KEYS.audit, minid=str(oldest), approximate=False)
    assert [found.kind for found in lasting.findings()] == [FindingKind.MISSING]
    ((_, newest),) = lasting.client.xrevrange(KEYS.anchors, count=1)
    mine = {"kept_since_ms": oldest.ms, "last_id": lasting.ids()[-1], "previous": newest["seal"]}
    forged = SealRing([STRANGERS_KEY]).sealed(read_anchor({**newest, "shard": SHARD, **mine}))
    lasting.client.xadd(KEYS.anchors, dict(forged.fields()), id=str(forged.last_id))
    kinds = {found.kind for found in lasting.findings()}
    assert {FindingKind.MISSING, FindingKind.ANCHOR_FORGED} == kinds


def test_a_theft_from_what_a_trim_leaves_is_found(lasting: Audited):
    trim(lasting, 2 * DAY_MS + HOUR_MS)
    ids = lasting.ids()
    lasting.client.xdel(KEYS.audit, str(ids[6]))
    (finding,) = lasting.findings()
    assert (finding.kind, finding.after, finding.before) == (
        FindingKind.MISSING,
        ids[5],
        ids[7],
    )


def test_a_chain_that_does_not_hold_is_trimmed_without_a_signature(lasting: Audited):
    ids = lasting.ids()
    lasting.client.xdel(KEYS.audit, str(ids[17]))
    before = lasting.client.xlen(KEYS.anchors)
    trimmed = trim(lasting, DAY_MS + HOUR_MS)
    assert (trimmed.events, trimmed.unsigned) == (10, (SHARD,))
    assert lasting.client.xlen(KEYS.anchors) == before
    assert lasting.findings() != []


def test_a_process_that_anchors_the_trim_first_does_not_keep_it_from_being_signed(
    lasting: Audited,
):
    anchoring = _Overtaken(lasting)
    trimmed = RedisAuditRetention(lasting.scripts, DAY_MS, anchoring).trim()
    assert (trimmed.events, trimmed.unsigned) == (15, ())
    assert lasting.findings() == []


class _Overtaken:
    """The service's process comes round between the first event and its anchor."""

    def __init__(self, audited: Audited) -> None:
        self._service = audited
        self._ours = Audited(audited.client, DAY_MS).anchoring
        self._tries = 0

    def sign(self, shard: int) -> tuple[Finding | None, bool]:
        self._tries += 1
        if self._tries == 1:
            assert "audit_anchor" in json.dumps(self._service.anchor())
        with logged_lines():
            return self._ours.sign(shard)
