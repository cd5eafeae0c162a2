"""Waiting for news of a message: woken at once, by its own news, and never left hanging."""

import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from otp_service.adapters.redis_delivery_watch import CHANNEL, RedisDeliveryWatch
from otp_service.demo.redis_process import RedisProcess
from tests.integration.store.number import ORIGIN, Number
from tests.integration.store.servers import client_of
from tests.integration.store.waiting import until

if TYPE_CHECKING:
    import redis

# A wait looks again every two seconds whatever happens: news has to be faster.
AT_ONCE_S = 1.8


@pytest.fixture(scope="module")
def client(redis_server: RedisProcess) -> Iterator["redis.Redis"]:
    with client_of(redis_server.url) as made:
        made.flushall()
        earlier = listeners(made)
        yield made
        # A listener whose connections are closed under it would end with an error.
        until(lambda: not listeners(made) - earlier)


@pytest.fixture
def listening(client):
    """Whoever began to listen since the test began."""
    earlier = listeners(client)
    return lambda: listeners(client) - earlier


def listeners(client: "redis.Redis") -> set[str]:
    entries: list[dict[str, str]] = client.client_list(_type="pubsub")
    return {entry["id"] for entry in entries}


def seconds_until_woken(seat, news) -> float:
    news()
    began = time.monotonic()
    assert seat.wait(20)
    return time.monotonic() - began


def test_every_step_of_a_message_wakes_who_waits_for_it(client, listening):
    client.flushall()
    number, watch = Number(client), RedisDeliveryWatch(client, 1)
    ticket = number.arm("first")

    def confirm() -> None:
        number.store.confirm_send(ticket, "message of first", ORIGIN)

    with watch.watching("first") as seat:
        until(listening)
        assert seconds_until_woken(seat, confirm) < AT_ONCE_S
        for word in ("sent", "failed", "delivered", "read"):
            report = partial(number.report, "first", word, failure="delivery_failed")
            assert seconds_until_woken(seat, report) < AT_ONCE_S


def test_news_of_others_wakes_nobody(client, listening):
    client.flushall()
    number, watch = Number(client), RedisDeliveryWatch(client, 1)
    number.send("other")
    with watch.watching("first") as seat:
        until(listening)
        number.report("other", "sent", "delivered")
        began = time.monotonic()
        assert seat.wait(0.3)
        assert time.monotonic() - began >= 0.3


def test_news_between_two_waits_is_not_lost(client, listening):
    client.flushall()
    number, watch = Number(client), RedisDeliveryWatch(client, 1)
    number.send("first")
    with watch.watching("first") as seat:
        until(listening)
        assert seconds_until_woken(seat, lambda: number.report("first", "sent")) < AT_ONCE_S
        number.report("first", "delivered")
        assert seconds_until_woken(seat, lambda: None) < AT_ONCE_S
        began = time.monotonic()
        assert seat.wait(0.3)
        assert time.monotonic() - began >= 0.3


def test_all_who_wait_for_one_message_are_woken(client, listening):
    watch = RedisDeliveryWatch(client, 3)
    seconds: list[float] = []

    def wait() -> None:
        with watch.watching("first") as seat:
            seated.wait(10)
            began = time.monotonic()
            seat.wait(20)
            seconds.append(time.monotonic() - began)

    seated = threading.Barrier(4)
    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    seated.wait(10)
    until(listening)
    client.publish(CHANNEL, "first")
    for thread in threads:
        thread.join()
    assert max(seconds) < AT_ONCE_S
    assert len(listening()) == 1


def test_where_every_seat_is_taken_nobody_waits_until_one_is_free(client):
    watch = RedisDeliveryWatch(client, 1)
    with watch.watching("first") as seat, watch.watching("first") as none:
        assert none.wait(20) is False
        assert seat.wait(0.01) is True
    with watch.watching("first") as seat:
        assert seat.wait(0.01) is True


def test_a_wait_that_nobody_wakes_looks_again_after_two_seconds(client):
    with RedisDeliveryWatch(client, 1).watching("first") as seat:
        began = time.monotonic()
        assert seat.wait(20)
        assert 1.9 < time.monotonic() - began < 4


def test_a_listener_that_was_cut_off_listens_again(client, listening):
    watch = RedisDeliveryWatch(client, 1)
    with watch.watching("first") as seat:
        until(listening)
        cut = listening()
        for name in cut:
            client.client_kill_filter(_id=name)
        until(lambda: listening() - cut)
        assert seconds_until_woken(seat, lambda: client.publish(CHANNEL, "first")) < AT_ONCE_S


def test_a_message_that_is_no_text_deafens_nobody(client, listening):
    watch = RedisDeliveryWatch(client, 1)
    with watch.watching("first") as seat:
        until(listening)
        confused = listening()
        client.publish(CHANNEL, b"\xff")
        until(lambda: listening() - confused)
        assert seconds_until_woken(seat, lambda: client.publish(CHANNEL, "first")) < AT_ONCE_S


def test_nobody_listens_once_nobody_has_waited_for_a_while(client, listening):
    watch = RedisDeliveryWatch(client, 1)
    with watch.watching("first"):
        until(listening)
    until(lambda: not listening())
    with watch.watching("first") as seat:
        until(listening)
        assert seconds_until_woken(seat, lambda: client.publish(CHANNEL, "first")) < AT_ONCE_S
