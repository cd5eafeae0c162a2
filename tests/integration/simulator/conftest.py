"""Simulators on free ports, and a caller that sends what Meta documents unless told otherwise."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import requests

from otp_service.simulator import RunningSimulator, SimulatorSettings, running_simulator
from tests.integration.simulator.webhook_receiver import (
    VERIFY_TOKEN,
    Receiver,
    running_receiver,
)

TOKEN = "EAAG-test-token"
APP_SECRET = "app-secret"
PHONE_NUMBER_ID = "106540352242922"

SETTINGS = SimulatorSettings(
    access_token=TOKEN,
    phone_number_id=PHONE_NUMBER_ID,
    business_account_id="102290129340398",
    template_languages=("en_US", "es"),
    app_secret=APP_SECRET,
)


class FakeClock:
    """Unix seconds that move only when told."""

    def __init__(self) -> None:
        self.now = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


class Simulator:
    """A running simulator and one keep-alive connection pool to it."""

    def __init__(
        self,
        running: RunningSimulator,
        session: requests.Session,
        clock: FakeClock,
        slept_s: list[float],
    ) -> None:
        self.running = running
        self.session = session
        self.clock = clock
        self.slept_s = slept_s

    @staticmethod
    def payload(*, to: str = "+12395550100", code: str = "123456") -> dict[str, Any]:
        """The documented send of an authentication template."""
        body = {"type": "body", "parameters": [{"type": "text", "text": code}]}
        button = {
            "type": "button",
            "sub_type": "url",
            "index": "0",
            "parameters": [{"type": "text", "text": code}],
        }
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to,
            "type": "template",
            "biz_opaque_callback_data": "dlv_01J",
            "template": {
                "name": "shamrock_auth",
                "language": {"code": "en_US"},
                "components": [body, button],
            },
        }

    def payload_with(self, *edits: tuple[Any, tuple[str | int, ...]]) -> dict[str, Any]:
        """The documented send with each value put at its path; `...` takes the member out."""
        body = self.payload()
        for value, path in edits:
            owner: Any = body
            for key in path[:-1]:
                owner = owner[key]
            if value is ...:
                del owner[path[-1]]
            else:
                owner[path[-1]] = value
        return body

    def url(self, path: str = f"/v23.0/{PHONE_NUMBER_ID}/messages") -> str:
        return self.running.base_url + path

    def post(self, body: Any, **options: Any) -> requests.Response:
        options.setdefault("headers", {"Authorization": f"Bearer {TOKEN}"})
        options.setdefault("timeout", 10)
        return self.session.post(self.url(), json=body, **options)

    def send(self, to: str = "+12395550100", code: str = "123456") -> requests.Response:
        return self.post(self.payload(to=to, code=code))

    def control(self, **orders: Any) -> requests.Response:
        return self.session.post(self.url("/control"), json=orders, timeout=10)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url(path), timeout=10)

    def webhooks(self) -> dict[str, Any]:
        """What the simulator says of its webhooks."""
        shown: dict[str, Any] = self.get("/control").json()["webhooks"]
        return shown

    def wait_for_webhooks(self, **counts: int) -> None:
        """Until the simulator counts its webhooks like this."""
        deadline = time.monotonic() + 20
        while not counts.items() <= (shown := self.webhooks()).items():
            assert time.monotonic() < deadline, shown
            time.sleep(0.01)


@pytest.fixture
def start() -> Iterator[Callable[[SimulatorSettings], Simulator]]:
    """Starts simulators with other settings; all end with the test."""
    with ExitStack() as stack:

        def start_with(settings: SimulatorSettings) -> Simulator:
            clock = FakeClock()
            slept_s: list[float] = []
            running = stack.enter_context(
                running_simulator(settings, clock=clock, sleep=slept_s.append)
            )
            session = stack.enter_context(requests.Session())
            return Simulator(running, session, clock, slept_s)

        yield start_with


@pytest.fixture
def settings() -> SimulatorSettings:
    return SETTINGS


@pytest.fixture
def simulator(
    start: Callable[[SimulatorSettings], Simulator], settings: SimulatorSettings
) -> Simulator:
    return start(settings)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def telling(
    start: Callable[[SimulatorSettings], Simulator],
    settings: SimulatorSettings,
    receiver: Receiver,
) -> Simulator:
    """A simulator that sends its webhooks to `receiver`, a hundred times as fast as in life."""
    return start(
        replace(
            settings,
            webhook_url=receiver.url,
            webhook_verify_token=VERIFY_TOKEN,
            webhook_speed=100,
            webhook_retry_after_s=(0.02, 0.08, 0.32),
        )
    )
