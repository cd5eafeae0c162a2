"""The Cluster client: redirections are followed, and nothing that may have run is sent again."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_delivery_watch import CHANNEL
from tests.integration.store.waiting import until
from tests.redis_cluster import ClusterMember, RunningCluster, running_cluster

KEY = "{otp:00}:moving"
COUNT = "return redis.call('INCR', KEYS[1])"
# Longer than the client waits.
COUNT_SLOWLY = """
redis.call('INCR', KEYS[1])
local began = redis.call('TIME')
repeat
  local now = redis.call('TIME')
until (now[1] - began[1]) * 1000000 + now[2] - began[2] > 1200000
return 1
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture
def client(cluster: RunningCluster) -> Iterator[redis.Redis]:
    with connect(cluster.url) as made:
        made.flushall()
        yield made


class MovingSlot:
    """KEY's slot on its way from its primary to another one."""

    def __init__(self, cluster: RunningCluster) -> None:
        self._cluster = cluster
        self.source = cluster.primary_of(KEY)
        self.target = next(m for m in cluster.members if m is not self.source and _is_primary(m))
        self._slot = int(self.source.admin.execute_command("CLUSTER KEYSLOT", KEY))

    def begin(self) -> None:
        self._set(self.target, "IMPORTING", self.source.node_id)
        self._set(self.source, "MIGRATING", self.target.node_id)

    def end(self) -> None:
        for member in (self.target, self.source):
            self._set(member, "NODE", self.target.node_id)
        until(lambda: self._cluster.primary_of(KEY) is self.target)

    def _set(self, member: ClusterMember, state: str, node_id: str) -> None:
        member.admin.execute_command("CLUSTER SETSLOT", self._slot, state, node_id)


def _is_primary(member: ClusterMember) -> bool:
    return str(member.info("replication")["role"]) == "master"


def in_a_pipeline(client: redis.Redis, script: str) -> Any:
    pipeline = client.pipeline(transaction=False)
    pipeline.eval(script, 1, KEY)
    return pipeline.execute()[0]


def alone(client: redis.Redis, script: str) -> Any:
    return client.eval(script, 1, KEY)


WAYS = pytest.mark.parametrize("run", [alone, in_a_pipeline])


@WAYS
def test_a_script_that_timed_out_is_not_sent_again(client, run):
    with pytest.raises(redis.TimeoutError):
        run(client, COUNT_SLOWLY)
    until(lambda: count_of(client) is not None)
    assert count_of(client) == "1"


def count_of(client: redis.Redis) -> object:
    try:
        return client.get(KEY)
    except redis.TimeoutError:
        return None


@WAYS
def test_a_slot_that_has_moved_is_found(cluster, client, run):
    client.get(KEY)
    slot = MovingSlot(cluster)
    slot.begin()
    slot.end()
    assert run(client, COUNT) == 1
    assert run(client, COUNT) == 2


@WAYS
def test_a_slot_on_its_way_is_asked_for_at_both_ends(cluster, client, run):
    slot = MovingSlot(cluster)
    slot.begin()
    assert run(client, COUNT) == 1
    assert run(client, COUNT) == 2
    slot.end()
    assert client.get(KEY) == "2"


def test_a_transaction_waits_for_its_slot(cluster, client):
    slot = MovingSlot(cluster)
    client.get(KEY)
    slot.begin()
    with pytest.raises(redis.ResponseError):
        client.pipeline(transaction=True).incr(KEY).execute()
    slot.end()
    assert client.pipeline(transaction=True).incr(KEY).execute() == [1]


def test_keys_that_are_half_moved_are_refused_and_untouched(cluster, client):
    here, there = f"{KEY}:here", f"{KEY}:there"
    client.set(here, "1")
    slot = MovingSlot(cluster)
    slot.begin()
    # Redis says TRYAGAIN for keys of which only some are here; this one stays so for ever.
    with pytest.raises(redis.ResponseError):
        client.eval("return redis.call('DEL', KEYS[1], KEYS[2])", 2, here, there)
    assert client.get(here) == "1"
    client.delete(here)
    slot.end()


def test_one_pipeline_reaches_every_node_and_keeps_its_order(client):
    pipeline = client.pipeline(transaction=False)
    pipeline.time()
    for number in range(50):
        pipeline.set(f"key {number}", number)
        pipeline.get(f"key {number}")
    at, *replies = pipeline.execute()
    assert at[0] > 0
    assert replies == [answer for number in range(50) for answer in (True, str(number))]
    assert sorted(client.scan_iter("key *")) == sorted(f"key {number}" for number in range(50))


def test_an_error_among_replies_is_raised_unless_asked_for(client):
    client.set(KEY, "text")
    pipeline = client.pipeline(transaction=False).incr(KEY).get("another")
    with pytest.raises(redis.ResponseError):
        pipeline.execute()
    error, reply = client.pipeline(transaction=False).incr(KEY).get("another").execute(False)
    assert isinstance(error, redis.ResponseError)
    assert reply is None
    with pytest.raises(redis.ResponseError):
        client.incr(KEY)


def test_a_message_of_any_node_is_heard_at_every_other(client):
    with client.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(CHANNEL)
        until(lambda: subscription.subscribed)
        subscription.get_message(timeout=1)
        # Keys of several nodes; each tells the others over the Cluster's bus.
        names = ["a", "b", "c", "d", "e"]
        for name in names:
            client.eval("redis.call('PUBLISH', ARGV[1], KEYS[1])", 1, name, CHANNEL)
        heard: list[str] = []
        until(lambda: len(listened(subscription, heard)) == len(names))
        assert sorted(heard) == names


def listened(subscription: Any, heard: list[str]) -> list[str]:
    """What was heard so far, and now."""
    message = subscription.get_message(timeout=0.1)
    if message:
        heard.append(message["data"])
    return heard


def test_a_slot_that_nobody_serves_is_a_connection_error(cluster, client):
    source = cluster.primary_of(KEY)
    slot = int(source.admin.execute_command("CLUSTER KEYSLOT", KEY))
    for member in cluster.members:
        if _is_primary(member):
            member.admin.execute_command("CLUSTER DELSLOTS", slot)
    with connect(cluster.url) as fresh, pytest.raises(redis.RedisError):
        fresh.get(KEY)
    source.admin.execute_command("CLUSTER ADDSLOTS", slot)
    until(lambda: served(client))


def served(client: redis.Redis) -> bool:
    try:
        client.get(KEY)
    except redis.RedisError:
        return False
    return True


def test_where_no_node_answers_every_command_says_so():
    with connect("redis+cluster://127.0.0.1:1,localhost:2") as client:
        for step in (client.ping, lambda: client.get(KEY), lambda: in_a_pipeline(client, COUNT)):
            with pytest.raises(redis.ConnectionError):
                step()


def test_calls_are_told_of_as_one_server_s_are(cluster: RunningCluster) -> None:
    told: list[tuple[str, str]] = []
    with connect(cluster.url) as client:
        client.calls.observers = (lambda call, _took_s, error: told.append((call, error)),)
        client.set(KEY, "value")
        with pytest.raises(redis.ResponseError):
            client.lpush(KEY, "value")
        pipeline = client.pipeline(transaction=False)
        pipeline.get(KEY)
        pipeline.get("{otp:01}:key")
        pipeline.execute()
    assert told == [("set", ""), ("lpush", "WRONGTYPE"), ("pipeline", "")]
