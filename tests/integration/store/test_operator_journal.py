"""The operator's journal: the newest happenings, when Meta last called, what meant nothing."""

import json
import time

import pytest
import redis

from otp_service.adapters.redis_operator_journal import EVENTS, RedisOperatorJournal
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity
from tests.http_api.conftest import captured_logs

NINETY_DAYS_MS = 90 * 86_400_000
# XADD MAXLEN ~ drops whole nodes of a stream, which hold 100 entries at the most.
MOST, NODE = 1_000, 100


@pytest.fixture
def journal(backend):
    backend.flushall()
    return RedisOperatorJournal(backend)


def happening(number: int = 0, **detail: str) -> OperatorEvent:
    return OperatorEvent(OperatorEventKind.ACCOUNT_UPDATE, Severity.CRITICAL, number, detail)


def test_an_empty_journal_says_nothing(journal):
    assert journal.recent(10) == []
    assert journal.webhook_last_seen_at() is None
    assert journal.ignored_parts() == {}


def test_an_occasion_is_recorded_once_until_its_time_is_over(journal, backend):
    assert journal.record_once(happening(1), "today", for_s=60)
    assert not journal.record_once(happening(2), "today", for_s=60)
    assert journal.record_once(happening(3), "tomorrow", for_s=60)
    assert [event.at_ms for event in journal.recent(10)] == [3, 1]
    marks = sorted(backend.scan_iter("{otp:operator}:told:*"))
    assert [0 < backend.pttl(mark) <= 60_000 for mark in marks] == [True, True]
    backend.delete(*marks)
    with captured_logs() as log:
        assert journal.record_once(happening(4), "today", for_s=60)
        assert not journal.record_once(happening(5), "today", for_s=60)
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["event"], line["level"], line["kind"]) == (
        "operator_event",
        "error",
        "account_update",
    )


def test_happenings_are_told_as_they_were_newest_first(journal):
    told = [happening(n, event="ä😀\ud800" * n, reason='"') for n in range(5)]
    for event in told:
        journal.record(event)
    assert journal.recent(10) == told[::-1]
    assert journal.recent(2) == [told[4], told[3]]


def test_what_a_later_version_has_written_hides_nothing_else(journal, backend):
    journal.record(happening(1))
    backend.xadd(EVENTS, {"kind": "of_tomorrow", "severity": "info", "at_ms": 2, "detail": "{}"})
    backend.xadd(EVENTS, {"severity": "info"})
    journal.record(happening(3))
    assert journal.recent(10) == [happening(3), happening(1)]


@pytest.mark.parametrize("others", [0, 9, 10, 40])
def test_the_latest_of_a_kind_is_found_behind_others(journal, backend, others):
    limits = [OperatorEvent(OperatorEventKind.CAPABILITY, Severity.INFO, n, {}) for n in (1, 2)]
    for event in limits:
        journal.record(event)
    # Of a later version, so they are not told.
    for _ in range(others):
        backend.xadd(EVENTS, {"kind": "of_tomorrow"})
    assert journal.latest(OperatorEventKind.CAPABILITY) == limits[1]
    assert journal.latest(OperatorEventKind.SECURITY) is None


def test_only_the_newest_thousand_are_kept(journal):
    for number in range(MOST + 2 * NODE):
        journal.record(happening(number))
    kept = journal.recent(10_000)
    assert MOST <= len(kept) <= MOST + NODE
    assert kept[0] == happening(MOST + 2 * NODE - 1)


def test_when_meta_called_is_noted_at_once_and_then_every_few_seconds(journal, backend):
    before = int(time.time())
    journal.note_webhook({})
    assert before <= journal.webhook_last_seen_at() <= time.time()
    backend.flushall()
    journal.note_webhook({})
    assert journal.webhook_last_seen_at() is None
    journal.note_webhook({"field": 1})
    assert journal.webhook_last_seen_at() >= before


def test_parts_that_mean_nothing_are_summed_by_kind(journal):
    for _ in range(3):
        journal.note_webhook({"field": 2, "status": 1})
    assert journal.ignored_parts() == {"field": 6, "status": 3}


def test_nothing_is_kept_for_ever(journal, backend):
    journal.record(happening())
    journal.note_webhook({"field": 1})
    ttls = [backend.pttl(key) for key in backend.scan_iter()]
    assert len(ttls) == 2
    assert all(NINETY_DAYS_MS - 5_000 < ttl <= NINETY_DAYS_MS for ttl in ttls)


def test_without_redis_the_journal_is_away():
    away = RedisOperatorJournal(redis.Redis.from_url("unix:///nowhere/redis.sock"))
    for step in (
        lambda: away.record(happening()),
        lambda: away.recent(1),
        lambda: away.note_webhook({}),
        away.webhook_last_seen_at,
        away.ignored_parts,
    ):
        with pytest.raises(StoreUnavailableError):
            step()
