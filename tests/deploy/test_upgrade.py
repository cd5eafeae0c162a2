"""Instances go one at a time while people log in: nobody notices, nothing is sent twice."""

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from otp_service.simulator import RunningSimulator
from tests.deploy.instances import Instance
from tests.deploy.proxy import Proxy
from tests.deployed_redis import DeployedRedis
from tests.e2e.conftest import await_condition

_META_TAKES_S = 3.0


@pytest.fixture
def slow_meta(simulator: RunningSimulator) -> Iterator[RunningSimulator]:
    simulator.set_latency(_META_TAKES_S)
    yield simulator
    simulator.set_latency(0)


def _await_more(told: list[dict[str, Any]]) -> None:
    enough = len(told) + 10
    await_condition(lambda: len(told) > enough, "answers of the other instance")


def test_one_at_a_time_restarts_lose_no_login(
    proxy: Proxy, instances: list[Instance], simulator: RunningSimulator
):
    stop = threading.Event()
    told: list[dict[str, Any]] = []

    def live(number: int) -> None:
        round_ = 0
        while not stop.is_set():
            phone = f"+1239555{3000 + 100 * number + round_ % 100:04d}"
            round_ += 1
            told.append(proxy.post("/v1/otp/send", phoneNumber=phone))
            messages = simulator.inbox(phone)
            code = messages[-1].code if messages else "000000"
            told.append(proxy.post("/v1/otp/validate", phoneNumber=phone, otpCode=code))

    with ThreadPoolExecutor(3) as pool:
        lives = [pool.submit(live, number) for number in range(3)]
        for instance in instances:
            assert instance.stop() == 0
            _await_more(told)
            instance.start()
        stop.set()
        for one in lives:
            one.result()
    assert len(told) > 20
    assert {answer.get("code") for answer in told} == {None}


def test_a_send_whose_instance_dies_is_not_repeated_on_the_other(
    proxy: Proxy,
    instances: list[Instance],
    slow_meta: RunningSimulator,
    empty_redis: DeployedRedis,
):
    # nginx takes turns: one for each instance.
    phones = ("+12395550207", "+12395550208")
    with ThreadPoolExecutor(2) as pool, empty_redis.client("operator") as operator:
        asked = [
            pool.submit(proxy.ask, "POST", "/v1/otp/send", json={"phoneNumber": phone})
            for phone in phones
        ]
        await_condition(lambda: len(operator.keys("*:pending:*")) == 2, "both to wait for Meta")
        instances[0].stop(signal.SIGKILL)
        statuses = sorted(one.result().status for one in asked)
    assert statuses == [200, 503]
    assert all(len(slow_meta.inbox(phone)) <= 1 for phone in phones)
