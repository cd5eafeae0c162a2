"""The audit: each step leaves exactly its events, written in the same breath."""

import dataclasses

import pytest

from otp_service.domain.audit import AuditEvent, AuditRecord, Outcome, RefusalReason
from otp_service.domain.challenge import RequestOrigin, SendKind
from otp_service.domain.errors import (
    DeliveryUnavailableError,
    OtpError,
    RateLimitedError,
    RecipientUnreachableError,
)
from otp_service.domain.roles import Role
from tests.integration.store.number import MASKED, ORIGIN, PHONE_ID, Event


def refused(step) -> None:
    with pytest.raises(OtpError):
        step()


def test_a_send_is_requested_issued_and_accepted(number):
    number.send("first")
    assert number.events() == [
        Event("send_requested", "pending", request_id="first"),
        Event("passcode_issued", "success", request_id="first"),
        Event("send_accepted", "success", request_id="first", message_id="message of first"),
    ]


def test_a_resend_is_told_apart(number):
    number.send("first", SendKind.RESEND)
    assert number.events()[0] == Event("resend_requested", "pending", request_id="first")


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (
            RecipientUnreachableError(meta_code=131026),
            Event("send_failed", "failure", "recipient_unreachable:131026", "", "first"),
        ),
        (
            DeliveryUnavailableError(),
            Event("send_failed", "failure", "delivery_unavailable", "", "first"),
        ),
        (
            RateLimitedError("phone", retry_after_s=1),
            Event("send_refused", "refused", "rate_limited:phone", "", "first"),
        ),
    ],
    ids=["unreachable", "unavailable", "limited"],
)
def test_a_withdrawn_send_says_why(number, refusal, expected):
    number.store.withdraw_send(number.begin("first"), refusal, ORIGIN)
    assert number.events(1) == [expected]


def test_a_parked_send_is_unconfirmed(number):
    number.park("first")
    assert number.events(2) == [Event("send_unconfirmed", "unknown", request_id="first")]


@pytest.mark.parametrize("reason", RefusalReason)
def test_a_send_turned_away_before_it_began_says_why(number, reason):
    number.store.refuse_send(number.subject, reason, ORIGIN)
    assert number.events() == [Event("send_refused", "refused", reason)]


def test_a_second_send_in_flight_is_refused_under_its_own_id(number):
    number.begin("first")
    refused(lambda: number.begin("second"))
    assert number.events(1) == [
        Event("send_refused", "refused", "in_progress", request_id="second")
    ]


def test_a_send_that_lost_its_turn_issues_nothing(number):
    ticket = number.begin("first")
    number.client.delete(number.keys.sending)
    refused(lambda: number.store.arm_send(ticket, "digest", ORIGIN))
    assert len(number.events()) == 1


def test_a_wrong_guess_is_counted_and_rejected_under_the_same_number(number):
    number.send("first")
    number.guess_wrong()
    number.guess_wrong()
    assert number.events(3) == [
        Event("attempt_counted", "pending", "", "1", "first"),
        Event("attempt_rejected", "failure", "wrong", "1", "first"),
        Event("attempt_counted", "pending", "", "2", "first"),
        Event("attempt_rejected", "failure", "wrong", "2", "first"),
    ]


def test_a_login_is_counted_and_succeeds_under_the_same_number(number):
    number.log_in("jti")
    number_of_try, challenge = "1", "challenge of jti"
    assert number.events(3) == [
        Event("attempt_counted", "pending", "", number_of_try, challenge),
        Event("login_succeeded", "success", "indemnitor", number_of_try, challenge, "jti"),
    ]


def test_the_loser_of_two_right_answers_is_refused(number):
    number.send("first")
    ticket = number.count()
    number.win(ticket, "one")
    refused(lambda: number.win(ticket, "two"))
    assert number.events(-1) == [
        Event("attempt_refused", "refused", "already_used", "1", "first", "two")
    ]


def test_an_attempt_at_nothing_is_refused(number):
    refused(number.count)
    refused(lambda: number.count("asked"))
    assert number.events() == [
        Event("attempt_refused", "refused", "none_alive"),
        Event("attempt_refused", "refused", "none_alive", request_id="asked"),
    ]


def test_an_attempt_for_another_request_is_refused_under_the_id_it_asked_for(number):
    number.send("first")
    refused(lambda: number.count("asked"))
    assert number.events(3) == [
        Event("attempt_refused", "refused", "other_request", request_id="asked")
    ]


def test_an_attempt_after_the_last_try_is_refused_under_the_passcodes_id(number):
    number.send("first")
    number.fail(5)
    refused(number.count)
    assert number.events(-1) == [
        Event("attempt_refused", "refused", "tries_spent", request_id="first")
    ]


def test_an_attempt_at_two_passcodes_is_counted_once_under_the_newest(number):
    number.send("first")
    number.park("second")
    before = len(number.events())
    number.guess_wrong()
    assert number.events(before) == [
        Event("attempt_counted", "pending", "", "1", "second"),
        Event("attempt_rejected", "failure", "wrong", "1", "second"),
    ]


@pytest.mark.parametrize(("failures", "state"), [(9, "locked"), (19, "locked"), (99, "stopped")])
def test_the_failure_that_locks_says_so_between_its_count_and_its_rejection(
    number, failures, state
):
    number.client.set(number.keys.failures, failures)
    number.send("first")
    number.guess_wrong()
    assert number.events(3) == [
        Event("attempt_counted", "pending", "", "1", "first"),
        Event("number_locked", "success", state, "", "first"),
        Event("attempt_rejected", "failure", "wrong", "1", "first"),
    ]
    refused(lambda: number.count("first"))
    refused(lambda: number.begin("second"))
    assert number.events(6) == [
        Event("attempt_refused", "refused", state, request_id="first"),
        Event("send_refused", "refused", state, request_id="second"),
    ]


def test_a_revoked_session_is_named_and_sessions_ended_together_are_not(number):
    one = number.log_in("one")
    number.log_in("two")
    number.sessions.end(one, ORIGIN)
    number.sessions.end_all(number.subject, ORIGIN)
    assert number.events(-2) == [
        Event("session_revoked", "success", session_id="one"),
        Event("sessions_ended", "success", "everywhere"),
    ]


def test_every_event_says_whose_it_was_and_where_it_came_from(number):
    number.log_in("one")
    number.sessions.end_all(number.subject, ORIGIN)
    number.roles.set_role(number.subject, Role.ADMIN, ORIGIN)
    for _, fields in number.entries():
        assert AuditEvent(fields["event"])
        assert Outcome(fields["outcome"])
        assert (fields["phone_id"], fields["masked_phone"]) == (PHONE_ID, MASKED)
        assert (fields["client_id"], fields["ip"]) == ("gas", "203.0.113.7")
        assert (fields["user_agent"], fields["http_request_id"]) == ("Phone/1", "http-1")


def test_an_event_has_the_fields_of_the_domains_record_and_no_other(number):
    number.log_in("one")
    named = {field.name for field in dataclasses.fields(AuditRecord)}
    for _, fields in number.entries():
        assert set(fields) == named - {"event_id", "at_ms"}  # these are the entry's own id


@pytest.mark.parametrize("text", ['"},{"event":"x', "\\u0000\n\r\t", "é😀\u202e", "%s{}[]"])
def test_what_a_caller_says_of_itself_is_kept_as_it_is(number, text):
    origin = RequestOrigin(text, ip=text, user_agent=text, http_request_id=text)
    number.store.refuse_send(number.subject, RefusalReason.CAPACITY, origin)
    ((_, fields),) = number.entries()
    kept = {fields[name] for name in ("client_id", "ip", "user_agent", "http_request_id")}
    assert kept == {text}


def test_a_long_user_agent_is_cut(number):
    origin = RequestOrigin("gas", user_agent="a" * 5_000)
    number.store.refuse_send(number.subject, RefusalReason.CAPACITY, origin)
    ((_, fields),) = number.entries()
    assert fields["user_agent"] == "a" * 120
