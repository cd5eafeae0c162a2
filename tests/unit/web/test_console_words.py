"""The console's words: something for everything that can be in the audit."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest

from otp_service.domain.audit import AuditEvent, AuditRecord, Outcome, RefusalReason
from otp_service.domain.audit_timeline import Timeline
from otp_service.domain.delivery import DeliveryState
from otp_service.domain.number_state import LastMessage, NumberState
from otp_service.web.console import event_words
from otp_service.web.console.number_words import state_lines
from otp_service.web.console.timeline_words import verdict_of
from otp_service.web.console.times import Times
from tests.unit.web.conftest import speaking

OPEN = NumberState(0, 0, None, 0, 0, 0, None, 0, flagged=False)


@pytest.fixture(autouse=True, params=["en", "es"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with speaking(request.param):
        yield request.param


def record(event: AuditEvent, reason: str = "", outcome: Outcome = Outcome.SUCCESS) -> AuditRecord:
    blank = dict.fromkeys((field.name for field in dataclasses.fields(AuditRecord)), "")
    told = {"event": event, "reason": reason, "outcome": outcome, "attempt_number": None}
    return AuditRecord(**{**blank, "at_ms": 0, **told})  # type: ignore[arg-type]


def verdict(*events: AuditEvent, reason: str = "") -> str:
    return verdict_of(Timeline("", tuple(record(event, reason) for event in events))).title


@pytest.mark.parametrize("event", AuditEvent)
def test_every_event_has_a_name_and_an_explanation(event: AuditEvent) -> None:
    assert event_words.event_name(event)
    reasons = {
        AuditEvent.SESSIONS_ENDED: "everywhere",
        AuditEvent.IDENTITY_ACCEPTED: "same_owner",
        AuditEvent.TRUST_ENDED: "user_changed_number",
    }
    reason = reasons.get(event, "staff")
    assert event_words.explanation(record(event, reason))


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_name(outcome: Outcome) -> None:
    assert event_words.outcome_name(outcome)


@pytest.mark.parametrize(
    "reason",
    [
        *RefusalReason,
        *(f"rate_limited:{scope}" for scope in ("phone", "ip", "client", "global", "wait")),
    ],
)
def test_every_refusal_is_a_sentence(reason: str) -> None:
    assert event_words.refusal_name(reason).endswith(".")


def test_a_reason_that_nobody_foresaw_is_shown_as_it_is() -> None:
    assert event_words.refusal_name("later_word") == "later_word"
    assert event_words.failure_sentence("later_word") == "later_word"
    assert "later_word" in event_words.explanation(record(AuditEvent.ROLE_SET, "later_word"))


def test_metas_number_is_told_with_the_sentence() -> None:
    told = event_words.failure_sentence("recipient_unreachable:131026")
    assert "131026" in told
    assert "WhatsApp" in told


@pytest.mark.parametrize("reason", ["locked", "stopped"])
def test_a_lock_says_which_it_is(reason: str) -> None:
    told = event_words.explanation(record(AuditEvent.NUMBER_LOCKED, reason))
    assert ("100" in told) == (reason == "stopped")


def test_trouble_looks_like_trouble_and_an_arrival_like_one() -> None:
    failed = record(AuditEvent.DELIVERY_FAILED, outcome=Outcome.FAILURE)
    assert event_words.tone(failed) == event_words.tone(record(AuditEvent.NUMBER_LOCKED)) == "bad"
    assert event_words.tone(record(AuditEvent.DELIVERY_READ)) == "good"
    assert event_words.tone(record(AuditEvent.SEND_REQUESTED)) == "plain"


def test_later_news_decides_what_is_said_of_a_login() -> None:
    asked = (AuditEvent.SEND_REQUESTED, AuditEvent.PASSCODE_ISSUED)
    taken = (*asked, AuditEvent.SEND_ACCEPTED)
    arrived = (*taken, AuditEvent.DELIVERY_DELIVERED)
    mistyped = (*arrived, AuditEvent.ATTEMPT_REJECTED)
    stories = [
        asked,
        (*asked, AuditEvent.SEND_FAILED),
        (*asked, AuditEvent.SEND_REFUSED),
        (*asked, AuditEvent.SEND_UNCONFIRMED),
        taken,
        arrived,
        mistyped,
        (*mistyped, AuditEvent.LOGIN_SUCCEEDED),
        (*taken, AuditEvent.PASSCODE_DISOWNED),
    ]
    assert len({verdict(*story) for story in stories}) == len(stories)
    # The phone got it after all.
    after_all = (*taken, AuditEvent.DELIVERY_FAILED, AuditEvent.DELIVERY_DELIVERED)
    assert verdict(*after_all) == verdict(*arrived)


@pytest.mark.parametrize("state", [s for s in DeliveryState if s is not DeliveryState.NONE])
def test_every_state_of_a_message_is_told(state: DeliveryState) -> None:
    message = LastMessage("A" * 22, state, "recipient_unreachable:131026", 1)
    lines = state_lines(dataclasses.replace(OPEN, last_message=message), Times(UTC))
    (told,) = [line for line in lines if line.request_id]
    assert told.text
    assert (told.tone == "bad") == (state is DeliveryState.FAILED)


@pytest.mark.parametrize(
    ("changed", "tone"),
    [
        ({"failures": 100, "locked_for_s": None}, "bad"),
        ({"failures": 10, "locked_for_s": 60}, "bad"),
        ({"failures": 3}, "plain"),
        ({}, "good"),
    ],
)
def test_a_lock_is_told_by_how_long_it_lasts(changed: dict[str, Any], tone: str) -> None:
    lock, *_ = state_lines(dataclasses.replace(OPEN, **changed), Times(UTC))
    assert lock.tone == tone


@pytest.mark.parametrize(
    ("count", "wait_s", "tone"), [(0, 0, "plain"), (4, 0, "plain"), (6, 60, "bad")]
)
def test_codes_without_a_login_are_told(count: int, wait_s: int, tone: str) -> None:
    state = dataclasses.replace(OPEN, unverified=count, waits_for_s=wait_s)
    _, told, *_ = state_lines(state, Times(UTC))
    assert told.tone == tone
    assert (str(count) in told.text) == bool(count)


def test_a_session_that_a_disowned_code_began_says_so() -> None:
    told = event_words.explanation(record(AuditEvent.SESSION_REVOKED, "passcode_disowned"))
    assert told != event_words.explanation(record(AuditEvent.SESSION_REVOKED, ""))


@pytest.mark.parametrize(
    ("members", "tone", "text"),
    [
        ({}, "plain", ""),
        ({"identity_known": True}, "good", ""),
        ({"identity_known": True, "former_owners": 2}, "plain", "2"),
        ({"former_owners": 1, "identity_changed_at_ms": 1}, "bad", ""),
    ],
)
def test_the_owner_is_told(members: dict[str, Any], tone: str, text: str) -> None:
    *_, told, _disowned = state_lines(dataclasses.replace(OPEN, **members), Times(UTC))
    assert (told.tone, told.at_ms) == (tone, members.get("identity_changed_at_ms", 0))
    assert text in told.text


@pytest.mark.parametrize(
    ("count", "flagged", "tone"), [(0, 0, "plain"), (2, 0, "plain"), (3, 1, "bad")]
)
def test_disowned_codes_are_told(count: int, flagged: int, tone: str) -> None:
    state = dataclasses.replace(OPEN, disowned_today=count, flagged=bool(flagged))
    *_, told = state_lines(state, Times(UTC))
    assert told.tone == tone
