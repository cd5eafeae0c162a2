"""Fixtures that every kind of test shares: real servers, and a service built on them."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import settings as hypothesis_settings

from otp_service.demo.redis_process import RedisProcess, running_redis
from otp_service.simulator import RunningSimulator, SimulatorSettings, running_simulator
from tests.programs import LEFT_OUT

ACCESS_TOKEN = "EAAtest-access-token-of-the-simulator"
APP_SECRET = "0123456789abcdef0123456789abcdef"
PHONE_NUMBER_ID = "106540352242922"
BUSINESS_ACCOUNT_ID = "102290129340398"
VERIFY_TOKEN = "test-verify-token-5d0e7c9b2a4f6813-webhooks"
GAS_KEY = "test-gas-key-6f1c09b7a2d84e53-for-callers"
CONSOLE_KEY = "test-console-key-93ad17c05be2f684-admin"

# How long an example takes says how busy the machine is.
hypothesis_settings.register_profile("any machine", deadline=None)
hypothesis_settings.load_profile("any machine")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisProcess]:
    """The session's redis-server; `redis_url` empties it for each test."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def simulator() -> Iterator[RunningSimulator]:
    settings = SimulatorSettings(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        business_account_id=BUSINESS_ACCOUNT_ID,
        app_secret=APP_SECRET,
        require_app_secret_proof=True,
    )
    with running_simulator(settings) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What is missing here, and how many tests were left out for it."""
    skipped = terminalreporter.stats.get("skipped", ())
    reasons = (report.longrepr[2].partition(LEFT_OUT)[2] for report in skipped)
    for reason, tests in Counter(filter(None, reasons)).items():
        terminalreporter.write_line(f"{LEFT_OUT}{reason} (tests: {tests})", red=True, bold=True)
