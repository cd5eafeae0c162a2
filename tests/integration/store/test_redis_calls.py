"""A client tells how its calls went: by a few names, and by the error's first word."""

import pytest
import redis

from otp_service.adapters.redis_calls import ObservedRedis
from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_scripts import Scripts
from otp_service.demo.redis_process import RedisProcess

Told = list[tuple[str, str]]


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def client(redis_server: RedisProcess, told: Told):
    def observe(call: str, took_s: float, error: str) -> None:
        assert 0 <= took_s < 60
        told.append((call, error))

    with connect(redis_server.url) as client:
        client.flushall()
        client.calls.observers = (observe,)
        yield client


def test_a_command_is_told_by_its_name(client: ObservedRedis, told: Told):
    client.set("{otp:00}:key", "+12395550100")
    client.get("{otp:00}:key")
    client.script_load("return 1")
    assert told == [("set", ""), ("get", ""), ("script_load", "")]


def test_several_in_one_round_trip_are_one_pipeline(client: ObservedRedis, told: Told):
    pipeline = client.pipeline(transaction=False)
    pipeline.set("key", "value")
    pipeline.get("key")
    assert pipeline.execute() == [True, "value"]
    client.pipeline().execute()
    assert told == [("pipeline", ""), ("pipeline", "")]


def test_a_script_is_told_by_its_own_name_wherever_it_runs(client: ObservedRedis, told: Told):
    scripts = Scripts(client)
    sha = scripts.names
    client.calls.name_scripts(sha)
    begin_send = next(key for key, name in sha.items() if name == "begin_send")
    client.script_flush()
    told.clear()
    pipeline = client.pipeline(transaction=False)
    pipeline.evalsha(begin_send, 0)
    pipeline.wait(0, 1)
    pipeline.execute(raise_on_error=False)
    client.eval("return 1", 0)
    # That Redis did not know it yet is no failure: it is sent as a whole then.
    assert told == [("begin_send", ""), ("eval", "")]


def test_a_refusal_is_told_by_its_first_word(client: ObservedRedis, told: Told):
    client.set("key", "value")
    with pytest.raises(redis.ResponseError):
        client.lpush("key", "+12395550100")
    pipeline = client.pipeline(transaction=False)
    pipeline.get("key")
    pipeline.lpush("key", "+12395550100")
    pipeline.execute(raise_on_error=False)
    assert told[1:] == [("lpush", "WRONGTYPE"), ("pipeline", "WRONGTYPE")]
    told.clear()
    with pytest.raises(redis.ResponseError):
        client.eval("return nobody()", 0)
    assert told == [("eval", "ResponseError")]


def test_a_server_that_is_away_is_told_by_the_client_s_word(told: Told):
    with connect("unix:///nowhere/redis.sock") as client:
        client.calls.observers = (lambda call, _took_s, error: told.append((call, error)),)
        with pytest.raises(redis.ConnectionError):
            client.get("key")
    assert told == [("get", "ConnectionError")]
