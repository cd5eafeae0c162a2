"""Erasing a person: nothing identifies them any more, and the chain still holds."""

import json
from dataclasses import replace

import pytest

from otp_service.domain.audit_findings import FindingKind
from otp_service.domain.identity import Owner
from otp_service.domain.roles import Role
from tests.integration.store.number import ORIGIN, RETENTION_MS
from tests.integration.tampering.audited import KEYS, SHARD, Audited, a_number

CLI = type(ORIGIN)("cli")
BUSY_LOGINS = 50


def kept_texts(audited: Audited) -> str:
    """All that any command can still read, of whatever type."""
    client, texts = audited.client, []
    for key in client.scan_iter():
        kind = client.type(key)
        read = {
            "string": client.get,
            "hash": client.hgetall,
            "list": lambda key: client.lrange(key, 0, -1),
            "set": client.smembers,
            "zset": lambda key: client.zrange(key, 0, -1),
            "stream": client.xrange,
        }[kind]
        texts.append(f"{key} {read(key)}")
    return "\n".join(texts)


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_an_erased_person_is_gone_and_the_audit_is_intact(audited: Audited, index: int):
    number = a_number(audited.client, index)
    number.roles.set_role(number.subject, Role.STAFF, ORIGIN)
    number.fail(2)
    events = len(number.entries())
    erased = sum(audited.people.erase(number.subject, CLI))
    assert erased == events
    assert number.subject.phone_id not in kept_texts(audited)
    assert audited.people.records(number.subject) == audited.people.records(
        a_number(audited.client, 9).subject
    )
    assert audited.findings(with_log=True) == []
    report = audited.verify().shards[SHARD]
    assert report.erased == erased
    assert [line["event"] for line in audited.anchor()] == ["audit_anchor"]
    assert audited.findings(with_log=True) == []


def test_the_erasure_itself_is_an_event_that_names_nobody(audited: Audited):
    number = a_number(audited.client, 1)
    sum(audited.people.erase(number.subject, CLI))
    _, fields = audited.client.xrevrange(KEYS.audit, count=1)[0]
    expected = {"event": "person_erased", "outcome": "success", "reason": "5", "client_id": "cli"}
    assert {name: fields[name] for name in expected} == expected
    assert {fields[name] for name in fields if name not in {*expected, "chain"}} == {""}


def test_others_keep_what_they_have(audited: Audited):
    other = a_number(audited.client, 2)
    before = (other.entries(), audited.people.records(other.subject))
    sum(audited.people.erase(a_number(audited.client, 1).subject, CLI))
    assert (other.entries(), audited.people.records(other.subject)) == before


def test_whoever_is_not_known_leaves_no_trace_of_having_been_erased(audited: Audited):
    before = audited.ids()
    assert sum(audited.people.erase(a_number(audited.client, 9).subject, CLI)) == 0
    assert audited.ids() == before


def test_state_without_events_goes_as_well(audited: Audited):
    number = a_number(audited.client, 9)
    number.client.set(number.keys.failures, 3)
    assert audited.people.records(number.subject).kinds == ("failures",)
    assert sum(audited.people.erase(number.subject, CLI)) == 0
    assert audited.people.records(number.subject).kinds == ()
    _, fields = audited.client.xrevrange(KEYS.audit, count=1)[0]
    assert (fields["event"], fields["reason"]) == ("person_erased", "0")


def test_an_erasure_that_is_killed_midway_leaves_the_audit_intact_and_can_go_on(audited: Audited):
    number = a_number(audited.client, 5)
    for _ in range(BUSY_LOGINS):
        number.log_in()
    audited.anchor()
    steps = iter(audited.people.erase(number.subject, CLI))
    erased = 0
    while step := next(steps):
        erased += step
        assert audited.findings(with_log=True) == []
        # Killed here; somebody begins again.
        steps = iter(audited.people.erase(number.subject, CLI))
    assert erased == BUSY_LOGINS * 5
    assert audited.people.records(number.subject).events == {}
    assert audited.verify(with_log=True).shards[SHARD].erased == erased


def test_a_tombstone_laid_before_its_event_went_is_no_fault(audited: Audited):
    """As after a crash between the two, on a Redis that would keep half a script."""
    saved = audited.entries()[5]
    sum(audited.people.erase(a_number(audited.client, 1).subject, CLI))
    whole = audited.entries()
    audited.rewrite(sorted([saved, *whole]))
    assert audited.findings(with_log=True) == []
    assert sum(audited.people.erase(a_number(audited.client, 1).subject, CLI)) == 1
    assert audited.findings(with_log=True) == []


def test_an_event_that_was_altered_before_it_was_erased_is_still_found(audited: Audited):
    entries = audited.entries()
    fields = entries[6][1]
    fields[fields.index(b"ip") + 1] = b"198.51.100.9"
    audited.rewrite(entries)
    sum(audited.people.erase(a_number(audited.client, 1).subject, CLI))
    (finding,) = audited.findings()
    assert (finding.kind, finding.event_id) == (FindingKind.ALTERED, entries[6][0])


def test_a_deletion_cannot_be_passed_off_as_an_erasure(audited: Audited):
    sum(audited.people.erase(a_number(audited.client, 1).subject, CLI))
    stones = KEYS.tombstones(audited.ids()[0].ms // 86_400_000)
    text = next(iter(audited.client.hgetall(stones).values()))
    victim = audited.ids()[0]
    audited.client.xdel(KEYS.audit, str(victim))
    kept = json.loads(text)
    forgeries = [
        text,
        json.dumps({**kept, "seal": "0" * 64}),
        json.dumps({**kept, "link": "x"}),
        json.dumps({**kept, "chain": None}),
        "{}",
        "[]",
        "not json",
        "[" * 100_000,
    ]
    for forgery in forgeries:
        audited.client.hset(stones, str(victim), forgery)
        kinds = [finding.kind for finding in audited.findings()]
        assert kinds == [FindingKind.MISSING, FindingKind.TOMBSTONE_FORGED]
    audited.client.hdel(stones, str(victim))
    audited.client.hset(stones, "not an id", text)
    kinds = [finding.kind for finding in audited.findings()]
    assert kinds == [FindingKind.MISSING, FindingKind.TOMBSTONE_FORGED]


def test_without_its_tombstones_an_erasure_is_a_deletion(audited: Audited):
    sum(audited.people.erase(a_number(audited.client, 1).subject, CLI))
    audited.client.delete(KEYS.tombstones(audited.ids()[0].ms // 86_400_000))
    assert [finding.kind for finding in audited.findings()] == [FindingKind.MISSING]


def test_tombstones_outlive_the_events_they_stand_for_by_a_day_or_two(audited: Audited):
    first = audited.ids()[0]
    sum(audited.people.erase(a_number(audited.client, 0).subject, CLI))
    seconds, _ = audited.client.time()
    expires_ms = seconds * 1000 + audited.client.pttl(KEYS.tombstones(first.ms // 86_400_000))
    beyond_ms = expires_ms - (first.ms + RETENTION_MS)
    assert 86_400_000 - 5_000 <= beyond_ms <= 2 * 86_400_000 + 5_000


def test_what_is_kept_of_a_person_is_told_by_kind(audited: Audited):
    number = a_number(audited.client, 1)
    number.roles.set_role(number.subject, Role.STAFF, ORIGIN)
    records = audited.people.records(number.subject)
    assert records.kinds == ("deliveries", "history", "role")
    assert records.events["login_succeeded"] == 1
    assert sum(records.events.values()) == 7


def test_of_a_number_that_changed_hands_only_how_often_is_kept(audited: Audited):
    """Without it the next login would be given the first owner's userId."""
    number = a_number(audited.client, 3)
    number.identities.accept(number.subject, Owner.NEW, CLI)
    sum(audited.people.erase(number.subject, CLI))
    number.send("after")
    assert number.win(number.count()).former_owners == 1


def test_a_number_that_may_have_a_new_owner_does_not_give_the_former_ones_user_id(
    audited: Audited,
):
    number = replace(a_number(audited.client, 3), keeps_identity=True)
    number.log_in("known")
    number.report("challenge of known", "delivered", came_to="hash")
    number.send("doubted")
    number.report("doubted", "failed", failure="identity_changed:137000")
    for _ in range(2):
        sum(audited.people.erase(number.subject, CLI))
    number.send("after")
    assert number.win(number.count()).former_owners == 1
