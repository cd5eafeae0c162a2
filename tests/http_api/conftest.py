"""The service over HTTP, on a real Redis and the simulator, as its callers meet it."""

import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
import requests
import structlog
from flask import Flask
from werkzeug.test import TestResponse

from otp_service.app import create_app
from otp_service.demo.redis_process import RedisProcess
from otp_service.logs import configure_logs
from otp_service.simulator import RunningSimulator
from tests.conftest import GAS_KEY
from tests.environment import environment, settings_of

PHONE = "+12395550100"
OTHER_PHONE = "+12395550111"
_ACTIONS = {
    "send": "whatsapp_send_otp",
    "resend": "whatsapp_resend_otp",
    "validate": "whatsapp_validate_otp",
}


class Caller:
    """A backend with one key, at the action endpoint or (`rest`) at `/v1/otp/*`."""

    def __init__(self, app: Flask, *, rest: bool, key: str = GAS_KEY) -> None:
        self.app = app
        self.rest = rest
        self.key = key

    def send(self, phone: str = PHONE, **members: Any) -> TestResponse:
        return self.call("send", phoneNumber=phone, **members)

    def resend(self, phone: str = PHONE, **members: Any) -> TestResponse:
        return self.call("resend", phoneNumber=phone, **members)

    def validate(self, passcode: str, phone: str = PHONE, **members: Any) -> TestResponse:
        return self.call("validate", phoneNumber=phone, otpCode=passcode, **members)

    def call(self, verb: str, **members: Any) -> TestResponse:
        client = self.app.test_client()
        if self.rest:
            headers = {"X-API-Key": self.key}
            return client.post(f"/v1/otp/{verb}", json=members, headers=headers)
        return client.post("/", json={"action": _ACTIONS[verb], "apiKey": self.key, **members})

    def refused(
        self, answer: TestResponse, code: str, status: int, *, reached: bool = True
    ) -> dict[str, Any]:
        """Check the refusal's status, shape and headers; return what is special about it.

        `status` is REST's; the action endpoint says 200 when the flow was `reached`.
        """
        assert answer.status_code == (200 if reached and not self.rest else status)
        assert answer.mimetype == "application/json"
        body: dict[str, Any] = answer.get_json()
        assert body.pop("code") == code
        sentence = body.pop("message")
        assert sentence
        assert sentence.endswith(".")
        if "valid" in body:
            assert body.pop("valid") is False
            assert body.pop("error") == sentence
        else:
            assert body.pop("success") is False
        if answer.status_code in {429, 503} and "retryAfter" in body:
            assert answer.headers["Retry-After"] == str(body["retryAfter"])
        else:
            assert "Retry-After" not in answer.headers
        return body

    def requires_valid(self, answer: TestResponse) -> dict[str, Any]:
        body: dict[str, Any] = answer.get_json()
        assert (answer.status_code, body.get("valid")) == (200, True), body
        return body


@pytest.fixture
def redis_url(redis_server: RedisProcess) -> str:
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def store(redis_url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture
def build(redis_url: str, simulator: RunningSimulator) -> Callable[..., Flask]:
    """Builds the service; settings by their environment names."""

    def build(**overrides: str) -> Flask:
        variables = environment(redis_url, simulator.base_url, **overrides)
        return create_app(settings_of(variables))

    return build


@pytest.fixture
def app(build: Callable[..., Flask]) -> Flask:
    return build()


@pytest.fixture(scope="session")
def _built_once(redis_server: RedisProcess, simulator: RunningSimulator) -> Flask:
    return create_app(settings_of(environment(redis_server.url, simulator.base_url)))


@pytest.fixture
def standing_app(_built_once: Flask, redis_url: str) -> Flask:
    """The service that has been up since before this test, on a Redis that knows nobody.

    For files that neither break Meta nor look at figures: building one costs more than most tests.
    """
    return _built_once


@pytest.fixture(params=["action", "rest"])
def rest(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "rest")


@pytest.fixture
def caller(app: Flask, rest: bool) -> Caller:
    return Caller(app, rest=rest)


@pytest.fixture
def received(simulator: RunningSimulator) -> Callable[..., str]:
    """The newest passcode in a phone's WhatsApp."""

    def received(phone: str = PHONE) -> str:
        return simulator.inbox(phone)[-1].code

    return received


@pytest.fixture
def slow_meta(simulator: RunningSimulator) -> Iterator[Callable[[float], None]]:
    """Makes Meta answer so many seconds late."""
    yield simulator.set_latency
    simulator.set_latency(0)


@pytest.fixture
def order_fault(simulator: RunningSimulator) -> Iterator[Callable[..., None]]:
    def order(**orders: Any) -> None:
        requests.post(f"{simulator.base_url}/control", json=orders, timeout=5).raise_for_status()

    yield order
    order(drop_next=0, template_status="APPROVED", fail_next={"code": 131016, "times": 0})


def wrong(passcode: str) -> str:
    return f"{(int(passcode) + 1) % 10**6:06d}"


def wait_until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.005)


@contextmanager
def in_background(*works: Callable[[], Any]) -> Iterator[list[Any]]:
    """Runs all at once; their results are in the list after the block."""
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        results[place] = work()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    try:
        yield results
    finally:
        for thread in threads:
            thread.join()


@contextmanager
def captured_logs(level: str = "DEBUG") -> Iterator[io.StringIO]:
    """Everything the service logs in the block, formatted as it is in production."""
    stream = io.StringIO()
    try:
        configure_logs(level, stream.write)
        _forget_bound_loggers()
        yield stream
    finally:
        structlog.reset_defaults()
        _forget_bound_loggers()


def _forget_bound_loggers() -> None:
    # Each module's logger keeps the stream that it met at its first line.
    for name, module in list(sys.modules.items()):
        if name.startswith("otp_service.") and (log := getattr(module, "_log", None)):
            vars(log).pop("bind", None)
