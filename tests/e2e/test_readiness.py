"""`/readyz` of a real service: Meta's side goes bad and well again, and nobody asks for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
import requests

from otp_service.demo.redis_process import RedisProcess
from tests.e2e.conftest import Service, await_condition
from tests.environment import environment
from tests.integration.whatsapp.managed_account import ManagedAccount

# Of the ten minutes between two looks nobody may wait even one.
_SECONDS = 25.0
_PHONE = "+12395550100"


@pytest.fixture
def asleep(
    account: ManagedAccount, redis_server: RedisProcess, redis_client: redis.Redis, tmp_path: Path
) -> Iterator[Service]:
    """A service of two workers that is yet to start."""
    variables = environment(
        redis_server.url,
        account.simulator.base_url,
        WHATSAPP_TEMPLATE_SECURITY_LINE="false",
        WEB_WORKERS="2",
    )
    service = Service(variables, tmp_path / "service.log")
    try:
        yield service
    finally:
        service.stop()


def readiness(service: Service) -> requests.Response:
    return requests.get(f"{service.url}/readyz", timeout=5)


def says(service: Service, word: str) -> bool:
    return bool(readiness(service).json()["checks"]["whatsapp"] == word)


@contextmanager
def within_seconds() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < _SECONDS


def meta(account: ManagedAccount, status: str) -> None:
    """Changes the template's status, which sends the webhook where it goes."""
    account.order(template={"name": "shamrock_auth", "language": "en_US", "status": status})


def test_a_pause_is_known_within_seconds_and_so_is_its_end(
    asleep: Service, account: ManagedAccount
):
    asleep.start()
    with within_seconds():
        await_condition(lambda: says(asleep, "ok"), "the first look")
    account.order(webhook_url=f"{asleep.url}/whatsapp/webhooks")
    with within_seconds():
        meta(account, "PAUSED")
        await_condition(lambda: readiness(asleep).status_code == 503, "news of the pause")
    assert readiness(asleep).json() == {
        "status": "unready",
        "checks": {"redis": "ok", "whatsapp": "failed"},
        "reasons": ["template_status: The template shamrock_auth in en_US is PAUSED."],
    }
    # Alive all the same, and truthful to who sends.
    assert requests.get(f"{asleep.url}/healthz", timeout=5).status_code == 200
    sent = asleep.post("/v1/otp/send", phoneNumber=_PHONE)
    assert (sent.status_code, sent.json()["code"]) == (502, "delivery_failed")
    with within_seconds():
        meta(account, "APPROVED")
        await_condition(lambda: readiness(asleep).status_code == 200, "news of the end")


def test_a_service_that_starts_believes_no_report_of_before(
    asleep: Service, account: ManagedAccount
):
    asleep.start()
    await_condition(lambda: says(asleep, "ok"), "the first look")
    asleep.stop()
    # While nobody was there to be told.
    meta(account, "DISABLED")
    asleep.start()
    with within_seconds():
        await_condition(lambda: readiness(asleep).status_code == 503, "a look of its own")
    assert "job_failed" not in asleep.log.read_text(encoding="utf-8")


def test_looks_are_few_however_many_workers_there_are(asleep: Service, account: ManagedAccount):
    asleep.start()
    await_condition(lambda: says(asleep, "ok"), "the first look")
    before = account.simulator.requests_received
    deadline = time.monotonic() + 16
    while time.monotonic() < deadline:
        assert readiness(asleep).status_code == 200
        time.sleep(0.2)
    # One more at most: every worker asks for one when it starts.
    assert account.simulator.requests_received - before <= 15
