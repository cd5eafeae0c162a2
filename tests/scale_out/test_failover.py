"""A master dies in the middle of load: logins go on, no code works twice, the audit is whole."""

import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.simulator import RunningSimulator
from tests.e2e.aftermath import assert_one_story, audit_report
from tests.e2e.conftest import await_condition, running_service
from tests.environment import environment
from tests.redis_cluster import running_cluster
from tests.redis_sentinels import running_sentinels
from tests.scale_out.load import NO_LIMITS, Logins

LONGEST_STOP_S = 15.0
# What a caller may hear while nobody is master, and what a code's second use is told.
EXPECTED = {"store_unavailable", "expired_code", "send_in_progress"}


def logged_in_since(client: redis.Redis, shard: int, since_ms: int) -> bool:
    try:
        events: Any = client.xrange(ShardKeys(shard).audit, min=since_ms)
    except redis.RedisError:
        return False
    return any(fields["event"] == "login_succeeded" for _, fields in events)


def logins_go_on(client: redis.Redis, since_s: float) -> float:
    """Seconds from `since_s` (Unix) until somebody has logged in on each of the shards."""
    since_ms = int(since_s * 1000)
    for shard in range(SHARDS):
        await_condition(partial(logged_in_since, client, shard, since_ms), "a login")
    return time.time() - since_s


def assert_whole(logins: Logins, client: redis.Redis, variables: dict[str, str]) -> None:
    assert logins.wins
    assert max(logins.wins.values()) == 1
    assert set(logins.refusals) <= EXPECTED
    logins.try_again()
    assert max(logins.wins.values()) == 1
    assert_one_story(client)
    assert audit_report(variables).intact


@pytest.mark.timeout(180)
def test_sentinel_names_a_new_master(simulator: RunningSimulator, tmp_path: Path):
    with running_sentinels() as watched, connect(watched.url) as client:
        variables = environment(
            watched.url, simulator.base_url, REDIS_WAIT_REPLICAS="1", **NO_LIMITS
        )
        with running_service(variables, tmp_path / "service.log") as service:
            logins = Logins(service, simulator)
            with logins.going_on():
                logins_go_on(client, time.time())
                dead = watched.master
                dead.send_signal(signal.SIGKILL)
                killed_at = time.time()
                await_condition(lambda: watched.master is not dead, "a new master")
                assert logins_go_on(client, killed_at) < LONGEST_STOP_S
            assert logins.slowest_s < 5
            assert_whole(logins, client, variables)


@pytest.mark.timeout(180)
def test_a_replica_takes_over_a_part_of_a_cluster(simulator: RunningSimulator, tmp_path: Path):
    with running_cluster() as cluster, connect(cluster.url) as client:
        variables = environment(cluster.url, simulator.base_url, **NO_LIMITS)
        with running_service(variables, tmp_path / "service.log") as service:
            logins = Logins(service, simulator)
            with logins.going_on():
                logins_go_on(client, time.time())
                dead = cluster.primary_of(ShardKeys(0).audit)
                dead.send_signal(signal.SIGKILL)
                killed_at = time.time()
                await_condition(
                    lambda: cluster.primary_of(ShardKeys(0).audit) is not dead, "an election"
                )
                assert logins_go_on(client, killed_at) < LONGEST_STOP_S
            assert logins.slowest_s < 5
            assert_whole(logins, client, variables)
