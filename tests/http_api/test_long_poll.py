"""`POST /v1/otp/status` with `wait`: the screen hears of news at once, and nobody is held up."""

import time

import pytest

from otp_service.app import create_app
from tests.environment import environment, settings_of
from tests.http_api.conftest import OTHER_PHONE, PHONE, in_background, wait_until
from tests.http_api.meta import Meta, Screen

# Pub/Sub may lose a message, so a wait looks again every two seconds: news has to be faster.
AT_ONCE_S = 1.8


@pytest.fixture
def meta(app):
    return Meta(app)


@pytest.fixture
def screen(app):
    return Screen(app)


@pytest.fixture
def newest(simulator):
    return lambda: simulator.inbox(PHONE)[-1]


def timed(work):
    began = time.monotonic()
    return work(), time.monotonic() - began


def waiting_screens(store):
    """Redis' ids of whoever listens for news of messages."""
    return {int(client["id"]) for client in store.client_list(_type="pubsub")}


@pytest.mark.parametrize(("before", "words"), [("accepted", ["sent"]), ("failed", ["delivered"])])
def test_who_waits_is_told_at_once(app, screen, meta, newest, store, before, words):
    screen.send()
    message = newest()
    if before == "failed":
        meta.report(message, "failed", code=131026)
    earlier = waiting_screens(store)
    with in_background(lambda: screen.status(wait=20, after=before)) as results:
        wait_until(lambda: bool(waiting_screens(store) - earlier))
        began = time.monotonic()
        meta.report(message, *words)
    assert time.monotonic() - began < AT_ONCE_S
    assert results[0]["status"] == words[-1]


def test_all_who_wait_for_one_message_are_told_and_others_are_not(
    build, screen, meta, newest, store
):
    app = build(WEB_THREADS="16")
    one, two = Screen(app).send(), Screen(app, OTHER_PHONE).send()
    earlier = waiting_screens(store)
    works = [lambda: timed(lambda: one.status(wait=20, after="accepted"))] * 2
    works.append(lambda: timed(lambda: two.status(wait=1.5, after="accepted")))
    with in_background(*works) as results:
        wait_until(lambda: bool(waiting_screens(store) - earlier))
        Meta(app).report(newest(), "delivered")
    assert [told["status"] for told, _ in results] == ["delivered", "delivered", "accepted"]
    assert 1.5 <= results[2][1] < 4


def test_what_has_changed_already_is_told_at_once(screen, meta, newest):
    screen.send()
    meta.report(newest(), "delivered")
    told, seconds = timed(lambda: screen.status(wait=20, after="accepted"))
    assert (told["status"], seconds < AT_ONCE_S) == ("delivered", True)


@pytest.mark.parametrize("final", ["none", "read"])
def test_there_is_nothing_to_wait_for_after_a_final_state(screen, meta, newest, final):
    if final == "read":
        screen.send()
        meta.report(newest(), "read")
    told, seconds = timed(lambda: screen.status(wait=20, after=final))
    assert (told["status"], seconds < AT_ONCE_S) == (final, True)


def test_a_wait_without_news_ends_in_time(screen):
    screen.send()
    told, seconds = timed(lambda: screen.status(wait=0.4, after="accepted"))
    assert told["status"] == "accepted"
    assert 0.4 <= seconds < 2


def test_where_no_more_may_wait_the_answer_comes_at_once(build, store):
    app = build(WEB_THREADS="4")
    one, two = Screen(app).send(), Screen(app, OTHER_PHONE).send()
    earlier = waiting_screens(store)
    with in_background(lambda: one.status(wait=1.5, after="accepted")) as results:
        wait_until(lambda: bool(waiting_screens(store) - earlier))
        told, seconds = timed(lambda: two.status(wait=20, after="accepted"))
    assert (told["status"], seconds < AT_ONCE_S) == ("accepted", True)
    assert results[0]["status"] == "accepted"


def test_a_wait_while_redis_goes_away_is_a_503(simulator):
    settings = settings_of(environment("unix:///nowhere/redis.sock", simulator.base_url))
    screen = Screen(create_app(settings))
    answer = screen.ask(wait=20, after="accepted")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "store_unavailable")
