"""kill -9 at random moments under load: events, state, figures and callers tell one story."""

import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from otp_service.adapters.redis_keys import NumberKeys
from otp_service.demo.redis_process import RedisProcess
from tests.e2e.aftermath import (
    Fields,
    assert_one_story,
    entries_of,
    events_of,
    failures_by_events,
    failures_kept,
    states_by_events,
    states_kept,
    unverified_by_events,
    unverified_kept,
)
from tests.e2e.diary import EVENT_OF, STATES, Caller, Diary
from tests.e2e.meta_side import MetaSide, meta_side

KILLS = 5
PHONES = [f"+1239555{2200 + index}" for index in range(4)]
CALLERS_EACH = 3
MESSAGES_KEPT = 24


@pytest.fixture
def meta(
    redis_server: RedisProcess, redis_client: redis.Redis, tmp_path: Path
) -> Iterator[MetaSide]:
    with meta_side(redis_server, tmp_path / "service.log") as side:
        side.order(
            webhook_speed=10,
            webhook_copies=2,
            webhook_shuffle=True,
            webhook_batch=5,
            webhook_retry_after_s=[0.3] * 100,
        )
        yield side


def lives_with_kills(meta: MetaSide, client: redis.Redis) -> list[Diary]:
    """Let several callers of several numbers live while the service is killed again and again."""
    diaries = [Diary(phone) for phone in PHONES]
    callers = [Caller(index, diary, meta) for index, diary in enumerate(diaries * CALLERS_EACH)]
    stop, moments = threading.Event(), random.Random(11)
    with ThreadPoolExecutor(len(callers)) as pool:
        lives = [pool.submit(caller.live, stop) for caller in callers]
        try:
            for _ in range(KILLS):
                stop.wait(moments.uniform(0.4, 1.2))
                meta.service.stop(signal.SIGKILL)
                # A lock that its killed owner cannot give back would outlast the test.
                for key in client.scan_iter("*:sending:*"):
                    client.delete(key)
                meta.service.start()
            stop.wait(0.5)
        finally:
            stop.set()
        for life in lives:
            life.result()
    meta.settle()
    return diaries


def phone_id_of(events: list[Fields], diary: Diary) -> str:
    """Known by the requestIds that the callers were told."""
    (phone_id,) = {e["phone_id"] for e in events if e["request_id"] in diary.request_ids}
    return phone_id


def test_events_state_figures_and_callers_agree(meta: MetaSide, redis_client: redis.Redis):
    diaries = lives_with_kills(meta, redis_client)
    events = events_of(redis_client)
    assert sum(diary.told.total() for diary in diaries) > 100, "there was no load"
    assert sum(diary.lost.total() for diary in diaries) > 0, "nothing was killed in the middle"
    for diary in diaries:
        phone_id = phone_id_of(events, diary)
        of_number = [event for event in events if event["phone_id"] == phone_id]
        callers_agree(diary, of_number)
        logins_are_single(diary, of_number)
        state_agrees(redis_client, meta, diary, events)
    assert_one_story(redis_client)


def callers_agree(diary: Diary, events: list[Fields]) -> None:
    """Each answer left its event; what nobody was told of is one of the lost answers."""
    kept = Counter(event["event"] for event in events)
    for step, promised in EVENT_OF.items():
        for name in set(promised.values()):
            assert diary.told[name] <= kept[name] <= diary.told[name] + diary.lost[step]
    ends = kept["login_succeeded"] + kept["attempt_rejected"]
    ends += sum(event["reason"] == "already_used" for event in events)
    assert ends <= kept["attempt_counted"] <= ends + diary.lost["validate"]
    accepted = {e["request_id"] for e in events if e["event"] == "send_accepted"}
    assert set(diary.request_ids) <= accepted
    for seen in diary.statuses.values():
        ranks = [STATES.index(status) for status in seen if status != "none"]
        assert ranks == sorted(ranks)


def logins_are_single(diary: Diary, events: list[Fields]) -> None:
    logins = [event for event in events if event["event"] == "login_succeeded"]
    assert len({login["request_id"] for login in logins}) == len(logins)
    assert len({login["session_id"] for login in logins}) == len(logins)
    assert len(set(diary.tokens)) == len(diary.tokens) == diary.told["login_succeeded"]


def state_agrees(client: redis.Redis, meta: MetaSide, diary: Diary, events: list[Fields]) -> None:
    phone_id = phone_id_of(events, diary)
    keys = NumberKeys(phone_id)
    assert failures_kept(client, phone_id) == failures_by_events(events, phone_id)
    assert unverified_kept(client, phone_id) == unverified_by_events(events, phone_id)
    ids = [entry_id for entry_id, fields in entries_of(client) if fields["phone_id"] == phone_id]
    assert client.lrange(keys.history, 0, -1) == ids
    granted = {
        event["session_id"]
        for event in events
        if event["phone_id"] == phone_id and event["event"] == "login_succeeded"
    }
    assert set(client.zrange(keys.sessions, 0, -1)) == granted
    expected = states_by_events(events, phone_id)
    newest = dict(list(expected.items())[-MESSAGES_KEPT:])
    assert states_kept(client, phone_id) == newest
    # Every message that Meta took was read, and Meta repeated its reports until they were heard.
    taken = {
        str(message.callback_data).split(".")[0] for message in meta.simulator.inbox(diary.phone)
    }
    assert taken & newest.keys()
    assert {newest[request_id] for request_id in taken & newest.keys()} == {"read"}
