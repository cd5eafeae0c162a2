"""Instances whose clocks are two minutes off: together they are one service all the same."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.e2e.aftermath import assert_one_story, audit_report
from tests.e2e.conftest import Service, running_service
from tests.environment import environment
from tests.programs import leave_out

PHONE = "+12395552990"


def preloaded_clock(offset: str) -> dict[str, str]:
    """The environment in which a process' clock is off, by Debian's `faketime`."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        leave_out("faketime")
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME": offset,
        # gunicorn tells by a file's time that its workers are alive.
        "NO_FAKE_STAT": "1",
        "FAKE_UTIME": "0",
    }


@pytest.fixture
def redis_client(redis_server: RedisProcess) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def variables(redis_server: RedisProcess, simulator: RunningSimulator) -> dict[str, str]:
    return environment(redis_server.url, simulator.base_url)


@pytest.fixture
def instances(
    variables: dict[str, str], redis_client: redis.Redis, tmp_path: Path
) -> Iterator[list[Service]]:
    """One whose clock is right, one that is ahead and one that is behind."""
    clocks: tuple[dict[str, str], ...] = ({}, preloaded_clock("+120s"), preloaded_clock("-120s"))
    with ExitStack() as stack:
        yield [
            stack.enter_context(running_service({**variables, **clock}, tmp_path / f"{index}.log"))
            for index, clock in enumerate(clocks)
        ]


def ask(service: Service, path: str, **members: str) -> dict[str, object]:
    told: dict[str, object] = service.post(f"/v1/{path}", **members).json()
    return told


def test_codes_sessions_and_limits_hold_across_all(
    instances: list[Service],
    simulator: RunningSimulator,
    redis_client: redis.Redis,
    variables: dict[str, str],
):
    right, ahead, behind = instances
    for sender, checker in ((right, ahead), (ahead, behind), (behind, right)):
        assert ask(sender, "otp/send", phoneNumber=PHONE)["success"] is True
        code = simulator.inbox(PHONE)[-1].code
        told = ask(checker, "otp/validate", phoneNumber=PHONE, otpCode=code)
        assert told["valid"] is True
        again = ask(sender, "otp/validate", phoneNumber=PHONE, otpCode=code)
        assert again["code"] == "expired_code"
        for instance in instances:
            seen = ask(instance, "sessions/introspect", token=str(told["sessionToken"]))
            assert seen["active"] is True
    for instance in instances:
        refused = ask(instance, "otp/send", phoneNumber=PHONE)
        assert (refused["code"], refused["scope"]) == ("rate_limited", "phone")
        # Fifteen minutes by Redis' clock, whatever this instance's says.
        assert 800 < int(str(refused["retryAfter"])) <= 900
    assert len(simulator.inbox(PHONE)) == 3
    assert_one_story(redis_client)
    assert audit_report(variables).intact
