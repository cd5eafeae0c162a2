"""Two instances, one of them two minutes off: together they are one service all the same."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
import requests

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.conftest import GAS_KEY
from tests.e2e.conftest import Service
from tests.environment import environment

PHONE = "+12395552990"


def preloaded_clock(offset: str) -> dict[str, str]:
    """The environment in which a process' clock is off, by Debian's `faketime`."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        assert "CI" not in os.environ, "install faketime"
        pytest.skip("faketime is not installed: no clock can be put wrong here")
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME": offset,
        # gunicorn tells by a file's time that its workers are alive.
        "NO_FAKE_STAT": "1",
        "FAKE_UTIME": "0",
    }


@pytest.fixture(params=["+120s", "-120s"])
def instances(
    request: pytest.FixtureRequest,
    redis_server: RedisProcess,
    simulator: RunningSimulator,
    tmp_path: Path,
) -> Iterator[list[Service]]:
    """One whose clock is right, and one whose clock is not."""
    off = preloaded_clock(request.param)
    with redis.Redis.from_url(redis_server.url) as client, ExitStack() as stack:
        client.flushall()
        started = []
        for index, clock in enumerate(({}, off)):
            variables = environment(redis_server.url, simulator.base_url, **clock)
            service = Service(variables, tmp_path / f"{index}.log")
            service.start()
            stack.callback(service.stop)
            started.append(service)
        yield started


def ask(service: Service, path: str, **members: str) -> dict[str, object]:
    answer = requests.post(
        f"{service.url}/v1/{path}", json=members, headers={"X-API-Key": GAS_KEY}, timeout=20
    )
    told: dict[str, object] = answer.json()
    return told


def test_codes_sessions_and_limits_hold_across_both(
    instances: list[Service], simulator: RunningSimulator
):
    right, wrong = instances
    for sender, checker in ((right, wrong), (wrong, right)):
        assert ask(sender, "otp/send", phoneNumber=PHONE)["success"] is True
        code = simulator.inbox(PHONE)[-1].code
        told = ask(checker, "otp/validate", phoneNumber=PHONE, otpCode=code)
        assert told["valid"] is True
        again = ask(sender, "otp/validate", phoneNumber=PHONE, otpCode=code)
        assert again["code"] == "expired_code"
        for instance in instances:
            seen = ask(instance, "sessions/introspect", token=str(told["sessionToken"]))
            assert seen["active"] is True
    assert ask(wrong, "otp/send", phoneNumber=PHONE)["success"] is True
    for instance in instances:
        refused = ask(instance, "otp/send", phoneNumber=PHONE)
        assert (refused["code"], refused["scope"]) == ("rate_limited", "phone")
        # Fifteen minutes by Redis' clock, whatever this instance's says.
        assert 800 < int(str(refused["retryAfter"])) <= 900
