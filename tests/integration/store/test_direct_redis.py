"""A connection that has just answered is believed, an older one is asked, none is used twice."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_direct import DirectRedis
from otp_service.demo.redis_process import running_redis
from tests.redis_cluster import port_with_bus

LONGER_THAN_BELIEVED_S = 0.1
DEADLINE_S = 10.0


@pytest.fixture
def client(redis_server):
    with connect(redis_server.url) as client:
        client.ping()
        yield client


@pytest.fixture
def admin(redis_server):
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as admin:
        yield admin


def close_all_others(admin):
    """Redis closes every other connection, without a word to whoever holds it."""
    admin.client_kill_filter(_type="normal", skipme=True)


def test_a_connection_closed_while_it_was_idle_is_replaced_unseen(client, admin):
    close_all_others(admin)
    threading.Event().wait(LONGER_THAN_BELIEVED_S)
    assert client.ping()


def test_one_that_has_just_answered_is_not_asked_and_its_command_not_repeated(client, admin):
    deadline = time.monotonic() + DEADLINE_S
    while True:
        assert time.monotonic() < deadline, "every connection was asked before it was used"
        client.set("count", 0)
        close_all_others(admin)
        try:
            client.incr("count")
        except redis.ConnectionError:
            break
    # Refused once, sent never: a try that is counted twice is a person's.
    assert client.get("count") == "0"


def test_a_subscriber_gets_all_that_is_there_at_once(client, admin):
    with client.pubsub() as heard:
        heard.subscribe("news")
        assert heard.get_message(timeout=5)["type"] == "subscribe"
        admin.publish("news", "first")
        admin.publish("news", "second")
        threading.Event().wait(LONGER_THAN_BELIEVED_S)
        told = [heard.get_message(timeout=0), heard.get_message(timeout=0)]
    assert [message["data"] for message in told] == ["first", "second"]


def test_a_connection_that_broke_is_made_again(client, admin):
    with pytest.raises(redis.TimeoutError):
        client.execute_command("BLPOP", "nothing-comes", 5)
    assert client.ping()
    assert client.connection_pool._created_connections == 1


def test_a_refused_command_leaves_the_connection_usable(client):
    client.set("text", "not a number")
    with pytest.raises(redis.ResponseError):
        client.incr("text")
    assert client.get("text") == "not a number"


class Interrupted(BaseException):
    """As a signal's handler raises it, wherever the program is."""


def interrupted(*_: object, **__: object) -> None:
    raise Interrupted


def test_a_call_that_was_broken_off_leaves_no_reply_to_the_next_one(client):
    class Caller(DirectRedis):
        parse_response = interrupted

    broken_off = Caller.from_pool(client.connection_pool)
    with pytest.raises(Interrupted):
        broken_off.echo("theirs")
    assert [client.echo("mine"), client.echo("mine")] == ["mine", "mine"]


@pytest.mark.parametrize("failure", [Interrupted, ValueError])
def test_a_pipeline_that_was_broken_off_leaves_no_reply_to_the_next_one(client, failure):
    def unreadable(_reply: object) -> None:
        raise failure

    client.set_response_callback("GET", unreadable)
    pipeline = client.pipeline(transaction=False)
    pipeline.get("theirs").echo("theirs")
    with pytest.raises(failure):
        pipeline.execute()
    assert [client.echo("mine"), client.echo("mine")] == ["mine", "mine"]


@pytest.fixture
def urls():
    """Both ways to one server of its own: over a unix socket and over TCP."""
    port = str(port_with_bus())
    options = ("--save", "", "--bind", "127.0.0.1", "--port", port)
    with running_redis(None, options) as server:
        yield {"unix": server.url, "tcp": f"redis://127.0.0.1:{port}"}


@pytest.mark.parametrize("way", ["unix", "tcp"])
def test_a_server_that_stands_still_is_waited_for_no_longer_than_said(urls, way):
    with connect(urls[way], socket_timeout_s=0.2) as client:
        process = client.info("server")["process_id"]
        for command in (("GET", "small"), ("SET", "larger than any buffer", b"x" * 32_000_000)):
            os.kill(process, signal.SIGSTOP)
            asked_at = time.monotonic()
            with pytest.raises(redis.TimeoutError):
                client.execute_command(*command)
            took_s = time.monotonic() - asked_at
            os.kill(process, signal.SIGCONT)
            assert 0.1 < took_s < DEADLINE_S
            assert client.echo("mine") == "mine"


def test_a_connection_with_an_unread_reply_is_replaced(urls):
    """Over TCP, where redis-py by itself would take the reply for a notice of maintenance."""
    with connect(urls["tcp"]) as client:
        pool = client.connection_pool
        connection = pool.get_connection()
        connection.send_command("ECHO", "theirs")
        assert connection.can_read(timeout=5)
        pool.release(connection)
        assert client.echo("mine") == "mine"


def test_many_threads_never_share_a_connection(client):
    def ask(number):
        return all(client.echo(f"{number}-{turn}") == f"{number}-{turn}" for turn in range(200))

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(ask, range(16)))
    assert client.connection_pool._created_connections <= 16


def test_a_process_that_was_forked_has_connections_of_its_own(client):
    reader, writer = os.pipe()
    client.ping()
    child = os.fork()
    if child == 0:
        os.write(writer, str(client.client_id()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 32) != str(client.client_id()).encode()
