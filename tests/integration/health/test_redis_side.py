"""What `doctor` finds in real servers that are not set up as they should be."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
import redis

from otp_service.adapters.argon2_health import Argon2Health
from otp_service.adapters.redis_health import RedisHealth
from otp_service.demo.redis_process import running_redis
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.health import Finding, Gravity
from tests.redis_servers import real_servers

GOOD, WARNING, FATAL = Gravity.GOOD, Gravity.WARNING, Gravity.FATAL
WELL = ("--save", "", "--appendonly", "yes")


def examined(options: Sequence[str] = WELL, *, ahead_s: float = 0.0, **how) -> dict[str, Finding]:
    with (
        running_redis(options=options, **how) as server,
        redis.Redis.from_url(server.url, decode_responses=True) as client,
    ):
        check = RedisHealth(client, lambda: time.time() + ahead_s)
        return {finding.check: finding for finding in check()}


@pytest.mark.parametrize("name", real_servers())
def test_a_server_as_it_should_be(name: str):
    found = examined(binary=real_servers()[name])
    assert {check: one.gravity for check, one in found.items()} == {
        "redis_version": GOOD,
        "redis_writes": GOOD,
        "redis_eviction": GOOD,
        "redis_memory": GOOD,
        "redis_persistence": GOOD,
        "redis_clock": GOOD,
        "redis_speed": GOOD,
    }


@pytest.mark.parametrize(
    ("options", "check", "gravity", "words"),
    [
        (("--save", ""), "redis_persistence", WARNING, "append-only file is off"),
        ((*WELL, "--maxmemory-policy", "allkeys-lru"), "redis_eviction", WARNING, "allkeys-lru"),
        ((*WELL, "--replicaof", "127.0.0.1 1"), "redis_writes", FATAL, "leads to a replica"),
        (
            (*WELL, "--maxmemory", "500kb"),
            "redis_writes",
            FATAL,
            "refuses writes (OutOfMemoryError)",
        ),
        ((*WELL, "--maxmemory", "500kb"), "redis_memory", WARNING, "% of its memory limit"),
        ((*WELL, "--maxmemory", "500mb"), "redis_memory", GOOD, "% of its memory limit"),
    ],
    ids=str,
)
def test_a_server_that_is_set_up_otherwise(
    options: Sequence[str], check: str, gravity: Gravity, words: str
):
    found = examined(options)[check]
    assert (found.gravity, words in found.what) == (gravity, True), found
    assert gravity is GOOD or (found.why and found.mend)


@pytest.mark.parametrize(
    ("ahead_s", "gravity", "words"),
    [(90, WARNING, "90 s ahead of"), (-90, WARNING, "90 s behind"), (1, GOOD, "agrees")],
)
def test_a_clock_that_is_not_redis_s(ahead_s: float, gravity: Gravity, words: str):
    found = examined(ahead_s=ahead_s)["redis_clock"]
    assert (found.gravity, words in found.what) == (gravity, True)


def test_a_server_that_is_away(tmp_path):
    with (
        redis.Redis(unix_socket_path=f"{tmp_path}/nobody.sock") as client,
        pytest.raises(StoreUnavailableError),
    ):
        list(RedisHealth(client)())


class ToldRedis:
    """Stands for a server that no test can start: too old, too slow, its disk full."""

    def __init__(self, ping_s: float = 0.0, **told: object) -> None:
        self.ping_s = ping_s
        self.told = {"redis_version": "7.2.0", "role": "master", "aof_enabled": 1} | told

    def ping(self) -> None:
        time.sleep(self.ping_s)

    def info(self) -> dict[str, object]:
        return self.told

    def time(self) -> tuple[int, int]:
        return int(time.time()), 0

    def set(self, *_: object, **__: object) -> None:
        pass


@pytest.mark.parametrize(
    ("server", "check", "gravity"),
    [
        (ToldRedis(redis_version="5.0.14"), "redis_version", WARNING),
        (ToldRedis(redis_version="6.0.20"), "redis_version", WARNING),
        (ToldRedis(redis_version="6.2"), "redis_version", GOOD),
        (ToldRedis(redis_version="10.0.1"), "redis_version", GOOD),
        (ToldRedis(redis_version="7.4.0-rc1"), "redis_version", GOOD),
        (ToldRedis(redis_version="unstable"), "redis_version", WARNING),
        (ToldRedis(valkey_version="8.0.0"), "redis_version", GOOD),
        (ToldRedis(aof_last_write_status="err"), "redis_persistence", FATAL),
        (ToldRedis(ping_s=0.03), "redis_speed", WARNING),
        (ToldRedis(), "redis_eviction", WARNING),
        (ToldRedis(maxmemory=100, used_memory=79), "redis_memory", GOOD),
        (ToldRedis(maxmemory=100, used_memory=80), "redis_memory", WARNING),
    ],
    ids=lambda value: str(getattr(value, "told", value)),
)
def test_what_a_server_says_of_itself(server: Any, check: str, gravity: Gravity):
    found = {finding.check: finding for finding in RedisHealth(server)()}[check]
    assert found.gravity is gravity
    assert gravity is GOOD or (found.why and found.mend)


class Hasher:
    def __init__(self, cost_s: float) -> None:
        self.cost_s = cost_s

    def digest(self, challenge_id: str, passcode: str) -> str:
        begun = time.perf_counter()
        while time.perf_counter() - begun < self.cost_s:
            pass
        return ""

    def matches(self, digest: str, challenge_id: str, passcode: str) -> bool:
        raise AssertionError


@pytest.mark.parametrize(("cost_s", "gravity"), [(0.0001, GOOD), (0.3, WARNING)])
def test_what_a_hash_costs_here_against_the_load_promised(cost_s: float, gravity: Gravity):
    [found] = Argon2Health(Hasher(cost_s))()
    assert (found.check, found.gravity) == ("argon2_cost", gravity)
