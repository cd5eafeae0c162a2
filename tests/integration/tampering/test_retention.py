"""Trimming takes the oldest events and anchors; an attacker who does the same is told apart."""

from typing import TYPE_CHECKING

import pytest

from otp_service.domain.audit_chain import EventId
from otp_service.domain.audit_findings import FindingKind
from tests.integration.store.number import ORIGIN
from tests.integration.tampering.audited import KEYS, SHARD, Audited, a_number, link_of

if TYPE_CHECKING:
    import redis

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LOGINS = 6


@pytest.fixture
def aged(backend: "redis.Redis") -> Audited:
    """A login every half day, the last just now; the oldest is older than the retention of 2."""
    backend.flushall()
    audited = Audited(backend, retention_ms=2 * DAY_MS)
    seconds, _ = backend.time()
    for index in range(LOGINS):
        a_number(backend, index, audited.retention_ms).log_in(f"session {index}")
        age_ms = (LOGINS - 1 - index) * DAY_MS // 2
        move_back(audited, EventId(seconds * 1000 - age_ms, 0), index * 5)
        audited.anchor()
    return audited


def move_back(audited: Audited, first: EventId, start: int) -> None:
    """Give the events from the `start`-th on the ids of an earlier day, before they are signed."""
    entries = audited.entries()
    for offset in range(5):
        entries[start + offset] = (EventId(first.ms, offset), entries[start + offset][1])
    audited.relink(entries, start)


def test_what_is_there_longer_than_it_must_be_is_intact(aged: Audited):
    assert aged.findings(with_log=True) == []
    # The anchor that is older than every event that must be there stays.
    oldest = EventId.parse(aged.client.xrange(KEYS.anchors, count=1)[0][0])
    assert oldest in aged.ids()


@pytest.mark.parametrize("trimmed", range(6))
def test_what_is_older_than_the_retention_may_go(aged: Audited, trimmed: int):
    aged.client.xtrim(KEYS.audit, minid=str(aged.ids()[trimmed]), approximate=False)
    assert aged.findings(with_log=True) == []
    assert aged.verify().shards[SHARD].events <= LOGINS * 5


@pytest.mark.parametrize("removed", [11, 12, 15, 16, 29])
def test_what_is_younger_must_be_there(aged: Audited, removed: int):
    oldest = aged.ids()[removed]
    aged.client.xtrim(KEYS.audit, minid=str(oldest), approximate=False)
    (finding,) = aged.findings()
    assert (finding.kind, finding.before) == (FindingKind.MISSING, oldest)


def test_anchors_follow_the_events(aged: Audited):
    ids = aged.ids()
    aged.client.xtrim(KEYS.audit, minid=str(ids[10]), approximate=False)
    a_number(aged.client, 7, aged.retention_ms).log_in()
    aged.anchor()
    kept = [EventId.parse(str(at)) for at, _ in aged.client.xrange(KEYS.anchors)]
    assert kept[0] == ids[9]
    assert aged.findings(with_log=True) == []


def test_old_events_and_their_anchors_cannot_be_dropped_early(aged: Audited):
    ids = aged.ids()
    aged.client.xtrim(KEYS.audit, minid=str(ids[20]), approximate=False)
    aged.client.xtrim(KEYS.anchors, minid=str(ids[24]), approximate=False)
    (finding,) = aged.findings()
    assert (finding.kind, finding.before) == (FindingKind.ANCHOR_MISSING, ids[20])


def test_a_longer_retention_does_not_ask_for_what_is_gone(aged: Audited):
    """The anchors say from when on events were kept."""
    aged.client.xtrim(KEYS.audit, minid=str(aged.ids()[5]), approximate=False)
    aged.client.xtrim(KEYS.anchors, minid=str(aged.ids()[0]), approximate=False)
    longer = Audited(aged.client, retention_ms=90 * DAY_MS, log=aged.log)
    assert longer.findings(with_log=True) == []


def test_a_quiet_shard_whose_events_have_all_gone_is_intact_and_goes_on(aged: Audited):
    quiet = Audited(aged.client, retention_ms=1, log=aged.log)
    aged.client.delete(KEYS.audit)
    assert quiet.findings(with_log=True) == []
    number = a_number(aged.client, 8)
    number.log_in()
    again = Audited(aged.client, retention_ms=DAY_MS, log=aged.log)
    # Only what came after the newest anchor is asked for.
    assert [line["event"] for line in again.anchor()] == ["audit_anchor"]


def test_an_erasure_older_than_the_retention_is_forgotten_with_its_tombstone(aged: Audited):
    ids = aged.ids()
    number = a_number(aged.client, 0, aged.retention_ms)
    assert sum(aged.people.erase(number.subject, type(ORIGIN)("cli"))) == 5
    assert aged.findings(with_log=True) == []
    aged.client.delete(KEYS.tombstones(ids[0].ms // DAY_MS))
    assert aged.findings(with_log=True) == []


def test_a_tail_of_old_events_that_was_never_anchored_may_be_eaten(aged: Audited):
    aged.client.delete(KEYS.anchors)
    entries = aged.entries()
    aged.rewrite(entries[2:])
    assert link_of(*entries[1]) == entries[2][1][-1].decode()
    assert aged.findings() == []
    assert [line["event"] for line in aged.anchor(aged.new_process())] == ["audit_anchor"]
    assert aged.findings() == []
