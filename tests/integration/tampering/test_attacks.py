"""Somebody who can write to Redis but has no keys: what is found, with and without the log.

The table in docs/audit.md says the same; each row of it is a test here.
"""

import json

import pytest

from otp_service.domain.audit_chain import EventId
from otp_service.domain.audit_findings import Finding, FindingKind
from tests.integration.tampering.audited import KEYS, SHARD, Audited, a_number

ANCHORED, EVENTS = 15, 20


def one(findings: list[Finding]) -> Finding:
    (finding,) = findings
    assert finding.shard == SHARD
    return finding


def kinds(findings: list[Finding]) -> list[str]:
    return [finding.kind.value for finding in findings]


def test_nothing_done_is_intact(audited: Audited):
    report = audited.verify(with_log=True)
    assert report.intact
    mine = report.shards[SHARD]
    assert (mine.events, mine.anchors, mine.unanchored) == (EVENTS, 3, EVENTS - ANCHORED)
    assert mine.unanchored_since_ms == audited.ids()[ANCHORED].ms
    assert mine.newest_anchor_at_ms == 1_700_000_000_000
    assert report.logged_anchors == 3
    assert audited.verify().logged_anchors is None


@pytest.mark.parametrize("index", [0, 4, 5, 14, 15, 19])
def test_an_event_altered_by_hand_is_named(audited: Audited, index: int):
    entries = audited.entries()
    fields = entries[index][1]
    fields[fields.index(b"ip") + 1] = b"198.51.100.9"
    audited.rewrite(entries)
    finding = one(audited.findings())
    assert finding == Finding(FindingKind.ALTERED, SHARD, entries[index][0])
    assert finding.sentence == f"event {entries[index][0]} of shard 07 was altered"


@pytest.mark.parametrize("index", [0, 4, 5, 14, 15, 18])
def test_an_event_deleted_by_hand_is_missing_where_it_was(audited: Audited, index: int):
    ids = audited.ids()
    audited.client.xdel(KEYS.audit, str(ids[index]))
    finding = one(audited.findings())
    assert finding.kind is FindingKind.MISSING
    assert finding.before == ids[index + 1]
    assert finding.after == (ids[index - 1] if index else None)


def test_the_newest_event_deleted_by_hand_is_missed(audited: Audited):
    ids = audited.ids()
    audited.client.xdel(KEYS.audit, str(ids[-1]))
    finding = one(audited.findings())
    assert (finding.kind, finding.after) == (FindingKind.MISSING, ids[-2])
    assert finding.sentence == (f"events are missing of shard 07, between {ids[-2]} and {ids[-1]}")


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_an_event_inserted_by_hand_is_named(audited: Audited, share: float):
    entries = audited.entries()
    # Where the next event is a millisecond later at least, so that there is room.
    room = [
        index for index in range(EVENTS - 1) if entries[index][0].ms < entries[index + 1][0].ms
    ]
    index = room[int(share * (len(room) - 1))]
    at, fields = entries[index]
    made_up = EventId(at.ms, at.seq + 1000)
    entries.insert(index + 1, (made_up, list(fields)))
    audited.rewrite(entries)
    finding = one(audited.findings())
    assert (finding.kind, finding.event_id) == (FindingKind.INSERTED, made_up)


def test_an_event_added_to_the_end_by_hand_is_found(audited: Audited):
    audited.client.xadd(KEYS.audit, {"event": "login_succeeded"})
    finding = one(audited.findings())
    assert (finding.kind, finding.after) == (FindingKind.INSERTED, audited.ids()[-2])


def test_a_field_that_is_there_twice_is_found(audited: Audited):
    """Clients that make a mapping of an entry's fields do not see it."""
    entries = audited.entries()
    entries[7][1][:0] = [b"event", b"login_succeeded"]
    audited.rewrite(entries)
    assert one(audited.findings()).event_id == entries[7][0]


def test_swapped_events_are_found(audited: Audited):
    entries = audited.entries()
    entries[6], entries[7] = (entries[6][0], entries[7][1]), (entries[7][0], entries[6][1])
    audited.rewrite(entries)
    finding = one(audited.findings())
    assert finding.kind is FindingKind.ALTERED


def test_bytes_that_are_no_text_are_found_like_any_other(audited: Audited):
    entries = audited.entries()
    entries[3][1][1] = b"\xff\xfe"
    entries[8][1][-1] = b"\xff"
    audited.rewrite(entries)
    assert one(audited.findings()).event_id == entries[3][0]


@pytest.mark.parametrize("index", [0, 7, 14])
def test_a_chain_made_to_fit_an_altered_event_does_not_fit_the_anchors(
    audited: Audited, index: int
):
    entries = audited.entries()
    entries[index][1][1] = b"forged"
    audited.relink(entries, index)
    finding = one(audited.findings())
    first, last = finding.after or finding.event_id, finding.before or finding.event_id
    assert finding.kind is FindingKind.ALTERED
    assert first
    assert last
    assert first <= entries[index][0] <= last
    assert entries.index(next(e for e in entries if e[0] == first)) // 5 == index // 5


def test_a_tail_made_to_fit_is_what_verify_says_it_cannot_check(audited: Audited):
    entries = audited.entries()
    entries[ANCHORED + 1][1][1] = b"login_succeeded"
    audited.relink(entries, ANCHORED + 1)
    for with_log in (False, True):
        report = audited.verify(with_log=with_log)
        assert report.intact
        assert report.shards[SHARD].unanchored == EVENTS - ANCHORED


def test_removed_anchors_are_found_by_the_log(audited: Audited):
    stored: list[str] = [str(at) for at, _ in audited.client.xrange(KEYS.anchors)]
    audited.client.xdel(KEYS.anchors, stored[-1])
    assert audited.findings() == []
    found = one(audited.findings(with_log=True))
    assert (found.kind, str(found.event_id)) == (FindingKind.ANCHOR_MISSING, stored[-1])


@pytest.mark.parametrize("gone", [0, 1])
def test_anchors_removed_from_before_others_are_found_without_the_log(audited: Audited, gone: int):
    stored = [str(at) for at, _ in audited.client.xrange(KEYS.anchors)]
    audited.client.xdel(KEYS.anchors, stored[gone])
    assert kinds(audited.findings()) == ["anchor_missing"]


def test_removed_anchors_and_a_chain_made_to_fit_are_found_by_the_log(audited: Audited):
    entries = audited.entries()
    entries[2][1][1] = b"login_succeeded"
    audited.relink(entries, 2)
    audited.client.delete(KEYS.anchors)
    report = audited.verify()
    assert report.intact
    assert report.shards[SHARD].unanchored == EVENTS
    assert kinds(audited.findings(with_log=True)) == ["altered", "anchor_missing"]


def test_a_made_up_anchor_is_found(audited: Audited):
    (_, fields) = audited.client.xrange(KEYS.anchors)[-1]
    forged = {**fields, "count": "99", "seal": "0" * 64}
    audited.client.xadd(KEYS.anchors, forged, str(audited.ids()[-1]))
    assert kinds(audited.findings()) == ["anchor_forged"]


@pytest.mark.parametrize(
    "fields",
    [{"junk": "1"}, {"seal": "\N{SNOWMAN}"}, {"shard": "7", "previous": "", "count": "x"}],
)
def test_junk_among_the_anchors_is_found(audited: Audited, fields: dict[str, str]):
    audited.client.xadd(KEYS.anchors, fields, str(audited.ids()[-1]))
    assert kinds(audited.findings()) == ["anchor_forged"]


def test_an_anchor_of_another_shard_is_none_of_this_one(audited: Audited):
    (at, fields) = audited.client.xrange(KEYS.anchors)[-1]
    audited.client.xadd("{otp:03}:audit:anchors", fields, str(at))
    (finding,) = audited.findings()
    assert (finding.kind, finding.shard) == (FindingKind.ANCHOR_FORGED, 3)


def test_all_of_it_put_back_to_an_earlier_state_is_found_by_the_log(audited: Audited):
    yesterday = audited.all_keys()
    a_number(audited.client, 4).log_in("today")
    audited.anchor()
    audited.restore(yesterday)
    assert audited.findings() == []
    found = audited.findings(with_log=True)
    assert kinds(found) == ["missing", "anchor_missing"]


def test_a_shard_removed_whole_is_found_by_the_log(audited: Audited):
    audited.client.delete(KEYS.audit, KEYS.chain_head, KEYS.anchors)
    assert audited.findings() == []
    assert kinds(audited.findings(with_log=True)) == ["missing", "anchor_missing"]


def test_a_stream_that_is_gone_is_found_without_the_log(audited: Audited):
    audited.client.delete(KEYS.audit)
    assert kinds(audited.findings()) == ["missing"]


def test_a_head_that_is_gone_or_set_back_is_found(audited: Audited):
    ids, entries = audited.ids(), audited.entries()
    early = {"id": str(ids[3]), "link": entries[4][1][-1].decode(), "count": "4"}
    audited.client.hset(KEYS.chain_head, mapping=early)
    assert kinds(audited.findings()) == ["missing"]
    audited.client.delete(KEYS.chain_head)
    assert kinds(audited.findings()) == ["head"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda client: client.set(KEYS.audit, "not a stream"),
        lambda client: client.set(KEYS.anchors, "not a stream"),
        lambda client: client.hset(KEYS.chain_head, "count", "many"),
        lambda client: client.hdel(KEYS.chain_head, "link"),
    ],
    ids=["no stream", "no anchors", "no count", "no link"],
)
def test_keys_that_hold_something_else_are_found(audited: Audited, spoil):
    spoil(audited.client)
    assert "unreadable" in kinds(audited.findings())


def test_lines_of_the_log_that_were_made_up_are_named(audited: Audited):
    forged = json.loads(audited.log[1])
    forged["count"] = 12
    half = {"event": "audit_anchor", "shard": 1}
    elsewhere = {**json.loads(audited.log[1]), "shard": 99}
    others = ["", "not json", "[" * 100_000, "7", '{"event": "http_request"}']
    audited.log += [json.dumps(line) for line in (forged, half, elsewhere)] + others
    report = audited.verify(with_log=True)
    assert report.forged_lines == (4, 5, 6)
    assert (report.intact, report.logged_anchors) == (False, 3)


def test_with_other_keys_no_anchor_holds_and_with_the_whole_ring_all_do(audited: Audited):
    stranger = Audited(audited.client, keys=(b"s" * 32,))
    assert kinds(stranger.findings()) == ["anchor_forged"]
    rotated = Audited(audited.client, keys=(b"n" * 32, *audited.keys))
    assert rotated.findings() == []
    assert [line["event"] for line in rotated.anchor()] == ["audit_anchor"]
    assert rotated.findings() == []
    assert kinds(audited.findings()) == ["anchor_forged"]
