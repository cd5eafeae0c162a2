"""A service whose Redis fails: closed for as long as that lasts, and afterwards as it was."""

from collections import Counter
from collections.abc import Iterator

import redis

from otp_service.simulator import RunningSimulator
from tests.e2e.aftermath import assert_one_story, audit_report, events_of
from tests.e2e.conftest import Service

PHONE = "+12395552999"
# The events of one login.
LOGIN = {
    "send_requested",
    "passcode_issued",
    "send_accepted",
    "attempt_counted",
    "login_succeeded",
}


def ask(service: Service, step: str, **members: str) -> dict[str, object]:
    answer = service.post(f"/v1/otp/{step}", phoneNumber=PHONE, **members)
    told: dict[str, object] = answer.json()
    assert answer.elapsed.total_seconds() < 5
    return told


def sent_code(service: Service, simulator: RunningSimulator) -> str:
    assert ask(service, "send")["success"] is True
    return simulator.inbox(PHONE)[-1].code


def assert_closed_then_open(
    service: Service, simulator: RunningSimulator, code: str, fault: Iterator[None]
) -> None:
    """While the fault lasts nothing is sent or granted; after it the code works, once."""
    messages = len(simulator.inbox(PHONE))
    next(fault)
    assert ask(service, "send")["code"] == "store_unavailable"
    assert ask(service, "validate", otpCode=code)["code"] == "store_unavailable"
    assert len(simulator.inbox(PHONE)) == messages
    next(fault, None)
    assert ask(service, "validate", otpCode=code)["valid"] is True
    assert ask(service, "validate", otpCode=code)["code"] == "expired_code"


def assert_nothing_lost_or_done_twice(client: redis.Redis, variables: dict[str, str]) -> None:
    assert_one_story(client)
    assert audit_report(variables).intact


def assert_only_what_was_told(client: redis.Redis, variables: dict[str, str]) -> None:
    """Of what `assert_closed_then_open` did: what was answered, and nothing of what was not."""
    kept = Counter(event["event"] for event in events_of(client))
    assert kept.pop("attempt_refused") == 1
    assert set(kept) == LOGIN
    assert set(kept.values()) == {1}
    assert_nothing_lost_or_done_twice(client, variables)
