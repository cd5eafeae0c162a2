"""What the service does about Meta's own limits and outages, before Meta has to refuse."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.app import create_app
from otp_service.domain.operator_event import OperatorEventKind, Severity
from otp_service.simulator import RunningSimulator, SimulatorSettings, running_simulator
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID
from tests.environment import environment, settings_of
from tests.http_api.conftest import PHONE, Caller, captured_logs, wait_until
from tests.http_api.test_round_trips import Counted

THROUGHPUT = 5
AWAY = "+15615550103"


@pytest.fixture(scope="module")
def strict_meta() -> Iterator[RunningSimulator]:
    """Meta with a throughput that forty at once exceed and paced sends do not.

    It counts where messages arrive, and a busy machine bunches them: at most all that may wait.
    """
    settings = SimulatorSettings(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        business_account_id=BUSINESS_ACCOUNT_ID,
        app_secret=APP_SECRET,
        throughput_per_s=4 * THROUGHPUT,
    )
    with running_simulator(settings) as running:
        yield running


def reasons(store):
    return [
        fields["reason"]
        for stream in sorted(store.scan_iter("{otp:??}:audit"))
        for _, fields in store.xrange(stream)
        if fields["reason"]
    ]


def test_a_burst_over_two_instances_earns_no_throttling(redis_url, strict_meta, store):
    variables = environment(redis_url, strict_meta.base_url, WHATSAPP_THROUGHPUT=str(THROUGHPUT))
    apps = [create_app(settings_of(variables)) for _ in range(2)]

    def send(number):
        caller = Caller(apps[number % 2], rest=True)
        return caller.send(f"+123955501{number:02d}")

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(send, range(40)))
    sent = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(sent) >= 2 * THROUGHPUT
    assert refused
    for answer in refused:
        details = Caller(apps[0], rest=True).refused(answer, "delivery_unavailable", 503)
        assert details["retryAfter"] >= 1
    assert set(reasons(store)) <= {"rate_limited:throughput", "capacity"}
    assert "rate_limited:throughput" in reasons(store)


@pytest.fixture
def fragile(redis_url, simulator):
    return Counted(
        redis_url, simulator.base_url, WHATSAPP_CIRCUIT_FAILURES="3", WHATSAPP_CIRCUIT_WAIT="3"
    )


def test_when_meta_is_away_sends_are_refused_at_once_and_cost_nothing(fragile, simulator, store):
    for _ in range(3):
        fragile.caller.send(AWAY)
    before = (simulator.requests_received, fragile.hasher.digests)
    answer = fragile.caller.send()
    details = fragile.caller.refused(answer, "delivery_unavailable", 503)
    assert 1 <= details["retryAfter"] <= 3
    assert (simulator.requests_received, fragile.hasher.digests) == before
    assert "circuit_open" in reasons(store)


def test_the_first_send_that_meta_takes_again_closes_the_circuit(fragile):
    caller = fragile.caller
    for _ in range(3):
        caller.send(AWAY)
    assert caller.send().get_json()["code"] == "delivery_unavailable"
    wait_until(lambda: caller.send().status_code == 200)
    assert caller.resend().status_code == 200


def test_a_try_that_fails_leaves_the_circuit_open(fragile, simulator):
    caller = fragile.caller
    for _ in range(3):
        caller.send(AWAY)
    before = simulator.requests_received
    wait_until(lambda: caller.send(AWAY) and simulator.requests_received > before)
    before = simulator.requests_received
    assert caller.send(PHONE).get_json()["code"] == "delivery_unavailable"
    assert simulator.requests_received == before


def test_the_operator_is_told_and_people_still_log_in(fragile, received, store):
    caller = fragile.caller
    caller.send()
    with captured_logs() as log:
        for _ in range(3):
            caller.send(AWAY)
    assert log.getvalue().count("meta_circuit_opened") == 1
    (event,) = RedisOperatorJournal(store).recent(10)
    assert (event.kind, event.severity) == (OperatorEventKind.META_AWAY, Severity.CRITICAL)
    caller.requires_valid(caller.validate(received()))
