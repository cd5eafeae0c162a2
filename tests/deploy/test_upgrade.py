"""Instances go one at a time while people log in: nobody notices, nothing is sent twice."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from otp_service.simulator import RunningSimulator
from tests.deploy.instances import Instance
from tests.deploy.proxy import Proxy
from tests.deployed_redis import DeployedRedis
from tests.e2e.aftermath import assert_one_story
from tests.e2e.conftest import await_condition


def _await_more(told: list[dict[str, Any]]) -> None:
    enough = len(told) + 10
    await_condition(lambda: len(told) > enough, "answers of the other instance")


def test_one_at_a_time_restarts_lose_no_login(
    proxy: Proxy,
    instances: list[Instance],
    simulator: RunningSimulator,
    empty_redis: DeployedRedis,
):
    stop = threading.Event()
    told: list[dict[str, Any]] = []
    # Nobody twice: however long it takes, no number meets its own limits.
    numbers = itertools.count(3000)

    def live() -> None:
        while not stop.is_set():
            phone = f"+1239555{next(numbers)}"
            told.append(proxy.post("/v1/otp/send", phoneNumber=phone))
            messages = simulator.inbox(phone)
            code = messages[-1].code if messages else "000000"
            told.append(proxy.post("/v1/otp/validate", phoneNumber=phone, otpCode=code))

    with ThreadPoolExecutor(3) as pool:
        lives = [pool.submit(live) for _ in range(3)]
        try:
            for instance in instances:
                assert instance.stop() == 0
                _await_more(told)
                instance.start()
        finally:
            stop.set()
        for one in lives:
            one.result()
    assert len(told) > 20
    assert {answer.get("code") for answer in told} == {None}
    with empty_redis.client("operator") as operator:
        assert_one_story(operator)
