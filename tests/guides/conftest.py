"""The service that the guides' samples call, and what the samples need to run."""

from collections.abc import Iterator

import pytest
import requests

from otp_service.demo.redis_process import RedisProcess, running_redis
from otp_service.simulator import RunningSimulator
from tests.e2e.conftest import Service, running_service
from tests.environment import environment
from tests.guides.gateway import Gateway


class Phone:
    """Somebody with WhatsApp, and what the service lets them do."""

    def __init__(self, service: Service, simulator: RunningSimulator, number: str) -> None:
        self._service, self._simulator, self.number = service, simulator, number

    def newest_code(self) -> str:
        return self._simulator.inbox(self.number)[-1].code

    def wrong_code(self) -> str:
        return f"{(int(self.newest_code()) + 1) % 10**6:06d}"

    def log_in(self) -> str:
        """The session token."""
        self.post("otp/send", phoneNumber=self.number)
        login = self.post("otp/validate", phoneNumber=self.number, otpCode=self.newest_code())
        return str(login["sessionToken"])

    def revoke(self, token: str) -> None:
        self.post("sessions/revoke", token=token)

    def post(self, path: str, **members: str) -> dict[str, str]:
        answer = self._service.post(f"/v1/{path}", **members)
        answer.raise_for_status()
        return dict(answer.json())


@pytest.fixture(scope="module")
def own_redis() -> Iterator[RedisProcess]:
    """The module's own, since the session's is emptied by others and some tests stop it."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="module")
def service_settings() -> dict[str, str]:
    """Settings of the module's service by their environment names; modules override this."""
    return {}


@pytest.fixture(scope="module")
def service(
    own_redis: RedisProcess,
    simulator: RunningSimulator,
    service_settings: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    settings = {
        "OTP_SEND_LIMIT": "200 per minute",
        "OTP_SEND_WAITS": "0",
        "OTP_IP_LIMIT": "500 per hour",
        **service_settings,
    }
    variables = environment(own_redis.url, simulator.base_url, **settings)
    log = tmp_path_factory.mktemp("guides") / "service.log"
    with running_service(variables, log) as running:
        order = {"webhook_url": f"{running.url}/whatsapp/webhooks"}
        requests.post(f"{simulator.base_url}/control", json=order, timeout=5).raise_for_status()
        yield running


@pytest.fixture
def phone(service: Service, simulator: RunningSimulator) -> Phone:
    return Phone(service, simulator, "+12395550140")


@pytest.fixture
def gateway(service: Service) -> Iterator[Gateway]:
    with Gateway(service.url) as running:
        yield running
