"""Meta's side of a running service: a simulator that calls its webhook, ordered over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator, SimulatorSettings, running_simulator
from tests.conftest import (
    ACCESS_TOKEN,
    APP_SECRET,
    BUSINESS_ACCOUNT_ID,
    PHONE_NUMBER_ID,
    VERIFY_TOKEN,
)
from tests.e2e.conftest import Service, await_condition
from tests.environment import environment

_NO_LIMIT = "100000 per minute"
_AS_IN_LIFE: dict[str, Any] = {
    "webhook_speed": 1,
    "webhook_copies": 1,
    "webhook_shuffle": False,
    "webhook_up_to": "read",
    "webhook_bsuid": False,
    "webhook_batch": 1,
    "webhook_unknown_members": False,
    "webhook_retry_after_s": [],
    "webhook_hold": False,
}


class MetaSide:
    """A simulator of its own, and the service of two workers that it reports to."""

    def __init__(self, simulator: RunningSimulator, service: Service) -> None:
        self.simulator = simulator
        self.service = service
        self.webhooks = f"{service.url}/whatsapp/webhooks"

    def order(self, **orders: Any) -> dict[str, Any]:
        """What `POST /control` takes; returns how webhooks stand."""
        answer = requests.post(f"{self.simulator.base_url}/control", json=orders, timeout=10)
        answer.raise_for_status()
        stand: dict[str, Any] = answer.json()["webhooks"]
        return stand

    def begin_anew(self) -> None:
        """As in life, and what is still to be told is forgotten."""
        self.order(webhook_url=None)
        self.order(webhook_url=self.webhooks, **_AS_IN_LIFE)

    def settle(self) -> None:
        """Until every webhook that is due was answered."""
        await_condition(lambda: self.order()["pending"] == 0, "Meta to have told everything")

    def ask(self, step: str, phone: str, **members: Any) -> dict[str, Any]:
        """The answer of `/v1/otp/<step>`."""
        answer = self.service.post(f"/v1/otp/{step}", phoneNumber=phone, **members)
        told: dict[str, Any] = answer.json()
        return told


@contextmanager
def meta_side(redis_server: RedisProcess, log: Path, **overrides: str) -> Iterator[MetaSide]:
    """`overrides`: settings of the service by their own names."""
    settings = SimulatorSettings(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        business_account_id=BUSINESS_ACCOUNT_ID,
        app_secret=APP_SECRET,
        webhook_verify_token=VERIFY_TOKEN,
    )
    with running_simulator(settings) as simulator:
        # Limits would soon answer everything: behind them nothing is tried.
        variables = environment(
            redis_server.url,
            simulator.base_url,
            WEB_WORKERS="2",
            OTP_SEND_LIMIT=_NO_LIMIT,
            OTP_SEND_WAITS="0",
            OTP_CLIENT_LIMIT=_NO_LIMIT,
            OTP_DAILY_LIMIT=_NO_LIMIT,
            OTP_STATUS_LIMIT=_NO_LIMIT,
            **overrides,
        )
        side = MetaSide(simulator, Service(variables, log))
        try:
            side.service.start()
            side.begin_anew()
            yield side
        finally:
            side.order(webhook_url=None)
            side.service.stop()
