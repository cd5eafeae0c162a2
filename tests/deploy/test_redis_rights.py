"""users.acl gives the service the commands and keys that it uses, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from otp_service.adapters.redis_delivery_watch import CHANNEL
from otp_service.adapters.redis_keys import ANCHORING_TURN, USER_IDS_MAKER, NumberKeys
from otp_service.simulator import SimulatorSettings, running_simulator
from tests.conftest import (
    ACCESS_TOKEN,
    APP_SECRET,
    BUSINESS_ACCOUNT_ID,
    PHONE_NUMBER_ID,
    VERIFY_TOKEN,
)
from tests.deploy.everything import do_everything
from tests.deployed_redis import DEPLOY, DeployedRedis, deployed_redis
from tests.e2e.conftest import Service
from tests.e2e.meta_side import MetaSide
from tests.environment import environment
from tests.redis_servers import real_servers

RULES = (DEPLOY / "redis" / "users.acl").read_text(encoding="utf-8")
# What only a history of days, only replicas, and only a key change gone wrong bring about.
_RARE = {"lpop", "xtrim", "wait", "type"}


def allowed_to(user: str) -> set[str]:
    (line,) = [line for line in RULES.splitlines() if line.startswith(f"user {user} ")]
    return {word[1:] for word in line.split() if word.startswith("+")}


@pytest.fixture
def used_commands(empty_redis: DeployedRedis, tmp_path: Path) -> Iterator[set[str]]:
    """Of a service that did everything once."""
    settings = SimulatorSettings(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        business_account_id=BUSINESS_ACCOUNT_ID,
        app_secret=APP_SECRET,
        webhook_verify_token=VERIFY_TOKEN,
    )
    with empty_redis.client("operator") as operator, running_simulator(settings) as simulator:
        variables = environment(
            empty_redis.url, simulator.base_url, OTP_STATUS_LIMIT="999 per minute"
        )
        operator.config_resetstat()
        meta = MetaSide(simulator, Service(variables, tmp_path / "service.log"))
        meta.service.start()
        try:
            meta.begin_anew()
            do_everything(meta, variables)
        finally:
            meta.order(webhook_url=None)
            meta.service.stop()
        yield {name.removeprefix("cmdstat_") for name in operator.info("commandstats")}


def test_the_rights_are_enough_and_none_is_too_many(
    used_commands: set[str], empty_redis: DeployedRedis
):
    with empty_redis.client("operator") as operator:
        refused = [(entry["username"], entry["object"]) for entry in operator.acl_log()]
    assert refused == []
    assert allowed_to("otp-service") - used_commands - _RARE == set()


@pytest.mark.parametrize(
    "command",
    [
        ("FLUSHALL",),
        ("KEYS", "*"),
        ("CONFIG", "GET", "*"),
        ("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"),
        ("ACL", "LIST"),
        ("MONITOR",),
        ("REPLICAOF", "NO", "ONE"),
        ("SHUTDOWN",),
        ("SCRIPT", "FLUSH"),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("PERSIST", NumberKeys("someone").lock),
        ("EVAL", "return redis.call('FLUSHALL')", "0"),
        ("EVAL", "return redis.call('GET', 'elsewhere')", "0"),
        ("SET", "elsewhere", "1"),
        ("GET", "otp:elsewhere"),
        ("PUBLISH", "elsewhere", "1"),
        ("SUBSCRIBE", "elsewhere"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_anything_else_is_refused(empty_redis: DeployedRedis, command: tuple[str, ...]):
    with redis.Redis.from_url(empty_redis.url) as client, pytest.raises(redis.ResponseError):
        client.execute_command(*command)
    with empty_redis.client("operator") as operator:
        assert [entry["username"] for entry in operator.acl_log()] == ["otp-service"]


def test_the_service_s_own_keys_and_channel_are_open_to_it(empty_redis: DeployedRedis):
    with redis.Redis.from_url(empty_redis.url) as client:
        for key in (*NumberKeys("someone").own.values(), ANCHORING_TURN, USER_IDS_MAKER):
            assert client.set(key, "1", px=1)
        assert client.publish(CHANNEL, "1") == 0


def test_nobody_comes_in_without_a_password_but_the_probe_which_can_only_ping(
    empty_redis: DeployedRedis,
):
    stranger = redis.Redis(unix_socket_path=str(empty_redis.socket))
    with stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    probe = redis.Redis(unix_socket_path=str(empty_redis.socket), username="probe", password="x")
    with probe:
        assert probe.ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            probe.info()


def test_the_file_as_it_is_shipped_starts_no_server():
    # Its passwords are still to be put in: deploy/secrets.sh does that.
    assert re.findall(r"#(\w+)_SHA256", RULES) == [
        "OTP_SERVICE",
        "OPERATOR",
        "REPLICA",
        "SENTINEL",
    ]


@pytest.mark.parametrize("name", real_servers())
def test_every_redis_takes_the_configuration_and_the_rights(name: str):
    with deployed_redis(real_servers()[name]) as server, server.client("operator") as client:
        assert client.config_get("appendfsync") == {"appendfsync": "always"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.info("persistence")["aof_enabled"] == 1
        with redis.Redis.from_url(server.url) as service:
            assert service.ping()
