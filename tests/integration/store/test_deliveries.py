"""What is known of a message: it only rises, and each rise is one event."""

import math

import pytest

from otp_service.domain.challenge import SendKind
from otp_service.domain.delivery import Delivery, DeliveryState
from otp_service.domain.errors import RecipientUnreachableError
from tests.integration.store.number import ORIGIN, TTL_S, Event, Number
from tests.integration.store.waiting import until

UNREACHABLE = "recipient_unreachable:131026"
RISES = ["sending", "accepted", "sent", "failed", "delivered", "read"]
DAY_MS = 86_400_000
# domain/ports.py: a Delivery of a number that is open, for a challenge that nobody knows.
NOTHING = Delivery(DeliveryState.NONE, "", 0, 0)


def message_in(number: Number, state: str) -> None:
    """One message, `first`, that has come this far."""
    ticket = number.arm("first")
    if state != "sending":
        number.store.confirm_send(ticket, "message of first", ORIGIN)
    if state not in {"sending", "accepted"}:
        number.report("first", state, failure=UNREACHABLE if state == "failed" else "")


def test_a_message_is_sending_then_accepted(number):
    assert number.state("first") == "none"
    ticket = number.begin("first")
    assert number.state("first") == "sending"
    number.store.arm_send(ticket, "digest", ORIGIN)
    assert number.state("first") == "sending"
    number.store.confirm_send(ticket, "message", ORIGIN)
    assert number.state("first") == "accepted"


@pytest.mark.parametrize("reported", ["sent", "delivered", "read", "failed"])
@pytest.mark.parametrize("before", RISES)
def test_a_report_raises_a_message_or_changes_nothing(number, before, reported):
    message_in(number, before)
    events = len(number.events())
    number.report("first", reported, failure=UNREACHABLE if reported == "failed" else "")
    told = number.events(events)
    if RISES.index(reported) > RISES.index(before):
        assert number.state("first") == reported
        assert [event.event for event in told] == [f"delivery_{reported}"]
        assert [event.outcome for event in told] == [
            "failure" if reported == "failed" else "success"
        ]
    else:
        assert number.state("first") == before
        assert told == []


def test_a_report_names_the_login_and_the_message(number):
    number.send("first")
    number.report("first", "delivered")
    assert number.events(3) == [
        Event(
            "delivery_delivered",
            "success",
            "arrived",
            request_id="first",
            message_id="message of first",
        )
    ]
    assert number.entries()[-1][1]["client_id"] == "meta"


def test_only_the_first_news_of_an_arrival_counts_as_one(number):
    number.send("first")
    number.report("first", "sent", "delivered", "read")
    assert number.deliveries_told("first") == [
        ("delivery_sent", ""),
        ("delivery_delivered", "arrived"),
        ("delivery_read", ""),
    ]


def test_a_message_that_was_read_at_once_arrived_when_it_was_read(number):
    number.send("first")
    number.report("first", "read", "delivered", "sent")
    assert number.deliveries_told("first") == [("delivery_read", "arrived")]


@pytest.mark.parametrize("arrival", ["delivered", "read"])
def test_a_failed_message_that_arrived_on_another_device_arrived_after_failure(number, arrival):
    number.send("first")
    number.report("first", "failed", failure=UNREACHABLE)
    assert number.delivery("first").reason == "recipient_unreachable"
    number.report("first", arrival)
    assert number.deliveries_told("first") == [
        ("delivery_failed", UNREACHABLE),
        (f"delivery_{arrival}", "after_failure"),
    ]
    assert number.delivery("first").reason == ""


def test_a_message_that_arrived_cannot_fail_any_more(number):
    number.send("first")
    number.report("first", "delivered")
    number.report("first", "failed", failure=UNREACHABLE)
    assert number.delivery("first") == Delivery(DeliveryState.DELIVERED, "", TTL_S, 0)


@pytest.mark.parametrize(
    ("failure", "reason"),
    [(UNREACHABLE, "recipient_unreachable"), ("delivery_failed", "delivery_failed")],
)
def test_the_screen_is_told_the_contracts_word_and_the_audit_metas_code(number, failure, reason):
    number.send("first")
    number.report("first", "failed", failure=failure)
    assert number.delivery("first").reason == reason
    assert number.deliveries_told("first") == [("delivery_failed", failure)]


def test_a_report_may_overtake_the_answer_that_it_reports_about(number):
    ticket = number.arm("first")
    number.report("first", "delivered")
    assert number.store.confirm_send(ticket, "message of first", ORIGIN) > 0
    assert number.state("first") == "delivered"
    assert [event.event for event in number.events(2)] == ["delivery_delivered", "send_accepted"]


def test_a_message_that_nobody_confirmed_is_confirmed_by_its_report(number):
    number.park("first")
    assert number.state("first") == "sending"
    number.report("first", "sent")
    assert number.state("first") == "sent"


def test_a_message_that_meta_refused_is_forgotten_and_reports_of_it_are_of_nothing(number):
    number.store.withdraw_send(number.arm("first"), RecipientUnreachableError(), ORIGIN)
    events = len(number.events())
    number.report("first", "sent", "failed", failure=UNREACHABLE)
    assert number.delivery("first") == NOTHING
    assert number.events(events) == []


def test_reports_of_messages_that_nobody_knows_change_nothing(number):
    number.send("first")
    before = set(number.client.scan_iter())
    number.report("another", "delivered", "read")
    assert number.delivery("another") == NOTHING
    assert number.state("first") == "accepted"
    assert set(number.client.scan_iter()) == before
    assert len(number.events()) == 3


def test_a_request_id_of_the_stores_own_words_is_no_message(number):
    number.send("first")
    assert "handed_over" in number.client.hgetall(number.keys.deliveries)
    assert number.delivery("handed_over") == Delivery(DeliveryState.NONE, "", 0, 0)
    number.report("handed_over", "delivered")
    assert len(number.events()) == 3


def test_many_reports_in_one_body_are_taken_in_and_none_is_no_body(number):
    number.send("first")
    number.deliveries.report([])
    number.report("first", *["sent", "delivered"] * 500)
    assert number.state("first") == "delivered"
    assert len(number.deliveries_told("first")) == 2


def test_reports_are_taken_in_after_redis_forgot_the_scripts(number):
    number.send("first")
    number.client.script_flush()
    number.report("first", "sent", "delivered")
    assert [event for event, _ in number.deliveries_told("first")] == [
        "delivery_sent",
        "delivery_delivered",
    ]


def test_reports_after_the_login_still_tell_what_became_of_the_message(number):
    number.log_in("one")
    number.report("challenge of one", "delivered")
    assert number.delivery("challenge of one") == Delivery(DeliveryState.DELIVERED, "", 0, 0)
    assert number.events(-1)[0].event == "delivery_delivered"


def test_after_a_resend_both_messages_are_followed_each_for_itself(number):
    number.send("first")
    number.send("second", SendKind.RESEND)
    number.report("first", "failed", failure=UNREACHABLE)
    number.report("second", "delivered")
    assert number.delivery("first") == Delivery(
        DeliveryState.FAILED, "recipient_unreachable", 0, 0
    )
    assert number.delivery("second") == Delivery(DeliveryState.DELIVERED, "", TTL_S, 0)


def test_another_numbers_message_is_none(number):
    number.send("first")
    other = number.someone_else()
    assert other.delivery("first") == NOTHING
    other.report("first", "delivered")
    assert number.state("first") == "accepted"


def test_the_newest_24_messages_are_followed(number):
    for index in range(30):
        number.send(f"send {index}")
    assert [number.state(f"send {index}") for index in range(30)] == ["none"] * 6 + [
        "accepted"
    ] * 24
    number.report("send 5", "delivered")
    assert number.deliveries_told("send 5") == []


def test_messages_are_remembered_longer_than_meta_repeats_its_reports(number):
    number.send("first")
    assert 7 * DAY_MS < number.client.pttl(number.keys.deliveries) <= 8 * DAY_MS
    number.client.pexpire(number.keys.deliveries, 60_000)
    number.report("first", "delivered")
    assert 7 * DAY_MS < number.client.pttl(number.keys.deliveries) <= 8 * DAY_MS


def test_the_screen_is_told_how_long_the_code_and_a_lock_last(number):
    number.send("first")
    client, challenge, lock = number.client, number.keys.challenge, number.keys.lock
    client.pexpire(challenge, 41_500)
    longest = client.pttl(challenge)
    told = number.delivery("first").expires_in_s
    assert math.ceil(client.pttl(challenge) / 1000) <= told <= math.ceil(longest / 1000)
    client.set(lock, "1", px=61_500)
    longest = client.pttl(lock)
    told = number.delivery("first").locked_for_s
    assert math.ceil(client.pttl(lock) / 1000) <= told <= math.ceil(longest / 1000)
    number.client.set(number.keys.failures, 100)
    assert number.delivery("first").locked_for_s is None
    number.client.pexpire(number.keys.challenge, 1)
    until(lambda: number.delivery("first").expires_in_s == 0)


@pytest.mark.parametrize("step", ["arm", "park"])
def test_a_code_that_is_not_confirmed_lives_as_well(number, step):
    getattr(number, step)("first")
    assert number.delivery("first").expires_in_s == TTL_S


def test_asking_changes_nothing(number):
    number.send("first")
    before = number.client.hgetall(number.keys.deliveries)
    number.delivery("first")
    assert len(number.events()) == 3
    assert number.client.hgetall(number.keys.deliveries) == before
