"""Redis stops, hangs and comes back under a real gunicorn: closed at once, then whole again."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import requests

from otp_service.demo.redis_process import RedisProcess, running_redis
from otp_service.simulator import RunningSimulator
from tests.e2e.conftest import Service, running_service
from tests.environment import environment

_DURABLE = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
PHONE = "+12395550123"


@pytest.fixture
def own_redis() -> Iterator[RedisProcess]:
    with running_redis(options=_DURABLE) as server:
        yield server


@pytest.fixture
def own_service(
    own_redis: RedisProcess, simulator: RunningSimulator, tmp_path: Path
) -> Iterator[Service]:
    variables = environment(own_redis.url, simulator.base_url)
    with running_service(variables, tmp_path / "service.log") as running:
        yield running


def post(service: Service, path: str, **members: str) -> requests.Response:
    return service.post(path, phoneNumber=PHONE, **members)


def assert_closed(service: Service) -> None:
    for path, members in (
        ("/v1/otp/send", {}),
        ("/v1/otp/validate", {"otpCode": "123456"}),
        ("/v1/sessions/introspect", {"token": "any.thing.here"}),
    ):
        answer = post(service, path, **members)
        if path.endswith("introspect"):
            assert answer.json() == {"active": False}
            continue
        assert answer.status_code == 503
        assert answer.json()["code"] == "store_unavailable"
        assert answer.elapsed.total_seconds() < 2
    ready = requests.get(f"{service.url}/readyz", timeout=5)
    assert ready.status_code == 503
    assert requests.get(f"{service.url}/healthz", timeout=5).status_code == 200


def test_a_stopped_redis_closes_the_door_and_a_restart_brings_the_codes_back(
    own_service: Service, own_redis: RedisProcess, simulator: RunningSimulator
):
    assert post(own_service, "/v1/otp/send").json()["success"] is True
    code = simulator.inbox(PHONE)[-1].code
    own_redis.stop()
    assert_closed(own_service)
    own_redis.start()
    answer = post(own_service, "/v1/otp/validate", otpCode=code)
    assert answer.json()["valid"] is True
    again = post(own_service, "/v1/otp/validate", otpCode=code)
    assert again.json()["code"] == "expired_code"


def test_a_redis_that_hangs_is_given_up_on_and_no_try_is_spent_twice(
    own_service: Service, own_redis: RedisProcess, simulator: RunningSimulator
):
    post(own_service, "/v1/otp/send")
    code = simulator.inbox(PHONE)[-1].code
    with redis.Redis.from_url(own_redis.url, decode_responses=True) as client:
        server = int(client.info("server")["process_id"])
        os.kill(server, signal.SIGSTOP)
        try:
            assert_closed(own_service)
        finally:
            os.kill(server, signal.SIGCONT)
        (challenge,) = client.scan_iter("*:challenge:*")
        # The script that timed out may have run once Redis woke up; never more than once.
        assert int(client.hget(challenge, "tries") or 0) <= 1
        answer = post(own_service, "/v1/otp/validate", otpCode=code)
        assert answer.json()["valid"] is True
