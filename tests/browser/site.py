"""The whole thing as a visitor has it: simulator with webhooks, Redis, gunicorn, a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
import requests
from playwright.sync_api import Browser, Playwright

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY
from tests.e2e.conftest import Service, running_service
from tests.environment import environment

ORDINARY = "+12395550100"
# Of the office.
ADMIN, STAFF = "+12395550142", "+12395550143"
# Of the simulator: taken, and then reported as failed.
WITHOUT_WHATSAPP = "+19045550100"
FAILS_ON_OUR_SIDE = "+19045550103"
WHATSAPP_IS_DOWN = "+15615550103"
# All visitors of a test come from one address.
_GENEROUS = {
    "OTP_SEND_LIMIT": "50 per minute",
    "OTP_SEND_WAITS": "0",
    "OTP_IP_LIMIT": "500 per hour",
    "WEB_PAGE_LIMIT": "5000 per minute",
}
_QUIET_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-quic",
    "--disable-component-update",
    "--disable-sync",
)


class Site:
    """A running service, and what its visitors' phones show."""

    def __init__(
        self, service: Service, redis_server: RedisProcess, simulator: RunningSimulator
    ) -> None:
        self.service = service
        self.redis = redis_server
        self.simulator = simulator
        self.login = f"{service.url}/login"
        self.console = f"{service.url}/admin"

    def newest_code(self, phone: str = ORDINARY) -> str:
        return self.simulator.inbox(phone)[-1].code

    def wrong_code(self, phone: str = ORDINARY) -> str:
        return f"{(int(self.newest_code(phone)) + 1) % 10**6:06d}"

    def codes_sent(self, phone: str = ORDINARY) -> int:
        return len(self.simulator.inbox(phone))

    def give_role(self, phone: str, role: str) -> str:
        """Return the number's userId."""
        answer = requests.put(
            f"{self.service.url}/v1/roles/{phone}",
            json={"role": role},
            headers={"X-API-Key": CONSOLE_KEY},
            timeout=10,
        )
        answer.raise_for_status()
        return str(answer.json()["userId"])

    def call(self, verb: str, **members: str) -> dict[str, Any]:
        """`send`, `status` or `validate`, as a backend of ours calls it."""
        told: dict[str, Any] = self.service.post(f"/v1/otp/{verb}", **members).json()
        return told

    def forget_everyone(self) -> None:
        with redis.Redis.from_url(self.redis.url) as client:
            client.flushdb()

    @property
    def log(self) -> str:
        return self.service.log.read_text(encoding="utf-8")


@contextmanager
def running_site(
    redis_server: RedisProcess, simulator: RunningSimulator, log: Path, **settings: str
) -> Iterator[Site]:
    """The service with `settings` by their environment names; the simulator reports to it."""
    variables = environment(
        redis_server.url,
        simulator.base_url,
        **{**_GENEROUS, **settings},
    )
    with running_service(variables, log) as service:
        order = {"webhook_url": f"{service.url}/whatsapp/webhooks"}
        requests.post(f"{simulator.base_url}/control", json=order, timeout=5).raise_for_status()
        yield Site(service, redis_server, simulator)


# The one without windows first: the other draws one, with all its frame, for each visitor.
CHROMIUM = ("chromium-headless-shell", "chromium")


def launch(playwright: Playwright, chromium: str) -> Browser:
    """`chromium`: its path."""
    return playwright.chromium.launch(executable_path=chromium, args=list(_QUIET_ARGUMENTS))
