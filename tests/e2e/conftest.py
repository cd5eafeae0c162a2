"""The service as its users have it: a gunicorn of its own, over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
import requests

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.conftest import GAS_KEY
from tests.environment import environment
from tests.integration.whatsapp.managed_account import ManagedAccount, managed_account

_DEADLINE_S = 30.0
_PATIENCE_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_condition(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def process_environment(variables: dict[str, str]) -> dict[str, str]:
    """What a service process needs of ours: where Python is, and whether coverage watches."""
    kept = {n: v for n, v in os.environ.items() if n == "PATH" or n.startswith("COVERAGE_")}
    return kept | variables


class Service:
    """`otp-service serve` in a process group of its own: all of it can be killed at once."""

    def __init__(self, variables: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "otp_service", "serve", "--bind", f"127.0.0.1:{self.port}"],
                env=process_environment(self._variables),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        await_condition(lambda: answers(f"{self.url}/healthz"), "the service to answer")

    def post(self, address: str, **members: Any) -> requests.Response:
        """The answer to a caller's JSON."""
        return requests.post(
            f"{self.url}{address}",
            json=members,
            headers={"X-API-Key": GAS_KEY},
            timeout=_PATIENCE_S,
        )

    def send_signal(self, number: int) -> None:
        """To every process of the service."""
        assert self._process
        os.killpg(self._process.pid, number)

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self._process
        if self._process.poll() is None:
            self.send_signal(number)
        return self._process.wait(40)


@contextmanager
def running_service(variables: dict[str, str], log: Path) -> Iterator[Service]:
    service = Service(variables, log)
    try:
        service.start()
        yield service
    finally:
        service.stop()


@pytest.fixture
def account() -> Iterator[ManagedAccount]:
    with managed_account() as managed:
        yield managed


@pytest.fixture
def redis_client(redis_server: RedisProcess) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def service(
    redis_server: RedisProcess,
    redis_client: redis.Redis,
    simulator: RunningSimulator,
    tmp_path: Path,
) -> Iterator[Service]:
    variables = environment(
        redis_server.url,
        simulator.base_url,
        OTP_SEND_LIMIT="200 per minute",
        OTP_SEND_WAITS="0",
    )
    with running_service(variables, tmp_path / "service.log") as running:
        yield running
