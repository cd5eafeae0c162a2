"""The one report that all instances share, and that only one process looks at a time."""

import threading

import pytest
import redis

from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_health_reports import RedisHealthReports
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.health import LONGEST_LOOK_S, Finding, Gravity, HealthReport

REPORT = HealthReport(1, (Finding("token_valid", Gravity.FATAL, "It is dead.", "why", "mend"),))
LOOKING = "{otp:operator}:health:looking"
TURN = "{otp:operator}:health:turn"


@pytest.fixture
def reports(store: redis.Redis) -> RedisHealthReports:
    return RedisHealthReports(store)


def rested(store: redis.Redis) -> None:
    """The rest after a look is over."""
    store.delete(LOOKING)


def test_of_many_processes_one_gets_the_turn(reports: RedisHealthReports, store: redis.Redis):
    for _ in range(30):
        store.flushall()
        barrier = threading.Barrier(8)
        won: list[bool] = []

        def claim(barrier=barrier, won=won) -> None:
            barrier.wait()
            won.append(reports.claim(600))

        threads = [threading.Thread(target=claim) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(won) == [False] * 7 + [True]


def test_a_report_is_kept_for_all_and_lapses(reports: RedisHealthReports, store: redis.Redis):
    assert reports.latest() is None
    reports.claim(600)
    reports.finish(REPORT, 600)
    assert RedisHealthReports(store).latest() == REPORT
    assert 0 < store.ttl("{otp:operator}:health") <= 6 * 3600
    reports.finish(None, 60)
    assert reports.latest() == REPORT


def test_the_next_turn_comes_in_time_or_when_asked_for(
    reports: RedisHealthReports, store: redis.Redis
):
    assert reports.claim(600)
    reports.finish(REPORT, 600)
    rested(store)
    assert not reports.claim(600)
    assert 590 < store.ttl(TURN) <= 600
    reports.ask()
    assert reports.claim(600)
    reports.finish(None, 60)
    assert store.ttl(TURN) <= 60


def test_nobody_looks_beside_another_and_the_news_is_not_lost(
    reports: RedisHealthReports, store: redis.Redis
):
    assert reports.claim(600)
    reports.ask()
    assert not reports.claim(600)
    reports.finish(REPORT, 600)
    # What was read may be older than the news: somebody looks once more.
    rested(store)
    assert reports.claim(600)


def test_news_by_the_hundred_makes_one_look_in_a_while(
    reports: RedisHealthReports, store: redis.Redis
):
    looks = 0
    for _ in range(100):
        reports.ask()
        if reports.claim(600):
            looks += 1
            reports.finish(REPORT, 600)
    assert looks == 1
    assert 0 < store.ttl(LOOKING) <= 15


def test_a_process_that_was_killed_while_looking_is_waited_for_no_longer(
    reports: RedisHealthReports, store: redis.Redis
):
    assert reports.claim(600)
    assert 0 < store.ttl(LOOKING) <= LONGEST_LOOK_S


@pytest.mark.parametrize("kept", ["", "{", "[]", "{}", '{"checkedAt": 1, "findings": [{"a": 1}]}'])
def test_a_report_of_another_version_is_none(
    reports: RedisHealthReports, store: redis.Redis, kept: str
):
    store.set("{otp:operator}:health", kept)
    assert reports.latest() is None


def test_without_redis_every_step_says_so(tmp_path):
    with connect(f"unix://{tmp_path}/nobody.sock") as client:
        away = RedisHealthReports(client)
        for step in (
            away.latest,
            lambda: away.claim(600),
            lambda: away.finish(REPORT, 600),
            away.ask,
        ):
            with pytest.raises(StoreUnavailableError):
                step()
