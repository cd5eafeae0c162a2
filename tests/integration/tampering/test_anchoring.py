"""Making anchors: only over what holds, only once, never against what this process has seen."""

import dataclasses
import functools
import json
import threading
from typing import Any

import pytest

from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_keys import ANCHORING_TURN
from otp_service.domain.errors import StoreUnavailableError
from tests.integration.store.race import ROUNDS
from tests.integration.tampering.audited import (
    KEYS,
    SHARD,
    Audited,
    a_number,
    link_of,
    logged_lines,
)


def events_of(lines: list[dict[str, Any]]) -> list[str]:
    return [line["event"] for line in lines]


def test_an_anchor_is_logged_whatever_the_log_level_and_kept(audited: Audited):
    (line,) = audited.anchor()
    (at, fields) = audited.client.xrevrange(KEYS.anchors, count=1)[0]
    assert line["level"] == "info"
    assert (line["last_id"], line["seal"], line["count"]) == (at, fields["seal"], 20)
    assert at == str(audited.ids()[-1])
    assert audited.verify(with_log=True).shards[SHARD].unanchored == 0


def test_without_new_events_there_is_no_new_anchor(audited: Audited):
    assert events_of(audited.anchor()) == ["audit_anchor"]
    assert audited.anchor() == []
    assert audited.anchor(audited.new_process()) == []


def test_anchors_live_as_long_as_the_service_comes_round(audited: Audited):
    audited.client.pexpire(KEYS.anchors, 1_000)
    audited.anchor()
    assert audited.client.pttl(KEYS.anchors) > audited.retention_ms
    audited.client.pexpire(KEYS.anchors, 1_000)
    assert audited.anchor() == []
    assert audited.client.pttl(KEYS.anchors) > audited.retention_ms


def test_of_several_processes_one_has_the_turn(audited: Audited):
    processes = [audited.new_process() for _ in range(3)]
    with logged_lines() as stream:
        for process in processes:
            process.run_in_turn()
    assert len(stream.getvalue().splitlines()) == 1
    assert 0 < audited.client.pttl(ANCHORING_TURN) <= 60_000
    audited.client.delete(ANCHORING_TURN)
    a_number(audited.client, 5).log_in()
    with logged_lines() as stream:
        for process in processes:
            process.run_in_turn()
    assert len(stream.getvalue().splitlines()) == 1


def test_who_holds_the_turn_for_ever_cannot_keep_anchors_from_being_made(audited: Audited):
    audited.client.set(ANCHORING_TURN, "mine")
    made_at_s, patience_s = audited.anchoring.clock(), 5 * audited.anchoring.turn_s
    told = []
    for waited_s in (0, patience_s, patience_s + 1):
        clock = functools.partial(float, made_at_s + waited_s)
        process = dataclasses.replace(audited.anchoring, clock=clock)
        with logged_lines() as stream:
            process.run_in_turn()
        told.append(len(stream.getvalue().splitlines()))
    assert told == [0, 0, 1]
    assert audited.verify().shards[SHARD].unanchored == 0


def test_processes_that_anchor_at_the_same_moment_never_fork_the_anchors(audited: Audited):
    processes = [audited.new_process() for _ in range(4)]
    for round_ in range(ROUNDS // 5 or 1):
        a_number(audited.client, round_).log_in()
        barrier = threading.Barrier(len(processes))

        def run(process, barrier=barrier) -> None:
            barrier.wait()
            process.run_once()

        with logged_lines() as stream:
            threads = [threading.Thread(target=run, args=(process,)) for process in processes]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        audited.log += stream.getvalue().splitlines()
        assert "audit_tampered" not in stream.getvalue()
        assert audited.findings(with_log=True) == []


@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "restarted"])
def test_anchors_put_back_are_noticed_by_a_process_that_has_seen_later_ones(
    audited: Audited, remembered: bool
):
    yesterday = audited.all_keys()
    a_number(audited.client, 4).log_in()
    audited.anchor()
    audited.restore(yesterday)
    lines = audited.anchor(None if remembered else audited.new_process())
    if remembered:
        assert [(line["event"], line["kind"]) for line in lines] == [
            ("audit_tampered", "anchor_missing")
        ]
        assert lines[0]["level"] == "error"
        assert "logged and is not in Redis" in lines[0]["finding"]
        # The chain goes on: still no new anchor.
        a_number(audited.client, 4).log_in()
        assert events_of(audited.anchor()) == ["audit_tampered"]
    else:
        assert events_of(lines) == ["audit_anchor"]


@pytest.mark.parametrize(
    ("attack", "kind"),
    [
        (lambda a: a.client.delete(KEYS.anchors), "anchor_missing"),
        (lambda a: a.client.xtrim(KEYS.anchors, maxlen=1), None),
        (lambda a: a.client.delete(KEYS.chain_head), "head"),
        (lambda a: a.client.hset(KEYS.chain_head, "count", 3), "head"),
        (lambda a: a.client.set(KEYS.audit, "x"), "unreadable"),
        (lambda a: a.client.xadd(KEYS.anchors, {"junk": "1"}), "anchor_forged"),
        (lambda a: a.client.xdel(KEYS.audit, str(a.ids()[16])), "missing"),
        (lambda a: a.client.xdel(KEYS.audit, str(a.ids()[15])), "missing"),
        (lambda a: a.client.xdel(KEYS.audit, str(a.ids()[19])), "missing"),
    ],
    ids=[
        "no anchors",
        "newest anchor only",
        "no head",
        "a lesser head",
        "no stream",
        "a made-up anchor",
        "an event gone",
        "the first event gone",
        "the last event gone",
    ],
)
def test_what_does_not_hold_is_not_signed(audited: Audited, attack, kind):
    before = len(audited.log)
    attack(audited)
    lines = audited.anchor()
    if kind is None:
        assert events_of(lines) == ["audit_anchor"]
        return
    assert [(line["event"], line["kind"], line["shard"]) for line in lines] == [
        ("audit_tampered", kind, SHARD)
    ]
    assert len(audited.log) == before + 1


def test_a_head_changed_where_the_newest_anchor_ends_is_noticed(audited: Audited):
    audited.anchor()
    audited.client.hset(KEYS.chain_head, "link", "f" * 40)
    assert [line["kind"] for line in audited.anchor(audited.new_process())] == ["head"]


def test_anchors_replaced_by_older_ones_of_ours_are_noticed(audited: Audited):
    """The seal is right, but what this process saw is no longer before it."""
    stored = audited.client.xrange(KEYS.anchors)
    other = audited.new_process()
    audited.anchor(other)
    later = audited.client.xrange(KEYS.anchors)[-1]
    audited.client.delete(KEYS.anchors)
    audited.client.xadd(KEYS.anchors, later[1], later[0])
    assert [line["kind"] for line in audited.anchor()] == ["anchor_missing"]
    audited.client.delete(KEYS.anchors)
    audited.client.xadd(KEYS.anchors, stored[0][1], stored[0][0])
    assert [line["kind"] for line in audited.anchor()] == ["anchor_missing"]
    forged = {**stored[2][1], "seal": "0" * 64}
    audited.client.delete(KEYS.anchors)
    audited.client.xadd(KEYS.anchors, forged, stored[2][0])
    audited.client.xadd(KEYS.anchors, later[1], later[0])
    assert [line["kind"] for line in audited.anchor()] == ["anchor_missing"]


def test_new_anchors_are_not_laid_over_a_shard_whose_oldest_events_are_gone(audited: Audited):
    """Without anchors, the events that the head counts have to be there from the first on."""
    audited.client.delete(KEYS.anchors)
    audited.client.xdel(KEYS.audit, *[str(at) for at in audited.ids()[:8]])
    lines = audited.anchor(audited.new_process())
    assert [line["kind"] for line in lines] == ["missing"]


def test_a_rewritten_tail_is_signed_by_whoever_did_not_see_it_before(audited: Audited):
    """The limit of what anchors can do: nothing younger than the newest is protected."""
    entries = audited.entries()
    entries[-1][1][1] = b"forged"
    audited.rewrite(entries)
    audited.client.hset(KEYS.chain_head, "link", link_of(*entries[-1]))
    assert events_of(audited.anchor()) == ["audit_anchor"]


def test_a_log_line_is_one_json_object_without_secrets(audited: Audited):
    (line,) = audited.anchor()
    text = json.dumps(line)
    assert a_number(audited.client, 3).subject.phone_id not in text
    assert all(key.decode() not in text for key in audited.keys)


def test_without_redis_the_job_says_so(tmp_path):
    away = Audited(connect(f"unix://{tmp_path}/nobody.sock"))
    with pytest.raises(StoreUnavailableError):
        away.anchoring.run_in_turn()
    with pytest.raises(StoreUnavailableError):
        away.anchoring.run_once()
    with pytest.raises(StoreUnavailableError):
        away.verify()
