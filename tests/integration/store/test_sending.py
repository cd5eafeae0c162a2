"""Sends: which passcodes are answerable at each moment, and for how long."""

import dataclasses
import time

import pytest

from otp_service.adapters.redis_challenge_store import IN_FLIGHT_LOCK_MS
from otp_service.domain.challenge import SendKind
from otp_service.domain.errors import RecipientUnreachableError, SendInProgressError
from tests.integration.store.number import ORIGIN, TTL_S

UNREACHABLE = RecipientUnreachableError(meta_code=131026)


def test_a_ticket_says_when_redis_began_it_and_when_its_passcode_ends(number):
    seconds, microseconds = number.client.time()
    ticket = number.begin("first")
    assert ticket.subject == number.subject
    assert ticket.challenge_id == "first"
    assert abs(ticket.begun_at_ms - (seconds * 1000 + microseconds // 1000)) < 5_000
    assert ticket.expires_at_ms == ticket.begun_at_ms + TTL_S * 1000


def test_a_passcode_is_answerable_before_meta_confirms_it(number):
    number.arm("first")
    (candidate,) = number.count().candidates
    assert (candidate.challenge_id, candidate.digest) == ("first", "digest of first")


def test_nothing_is_answerable_before_it_is_armed(number):
    number.begin("first")
    assert number.alive() == []


def test_a_second_send_in_flight_is_refused_and_changes_nothing(number):
    number.arm("first")
    with pytest.raises(SendInProgressError):
        number.begin("second")
    assert number.client.get(number.keys.sending) == "first"
    assert number.alive() == ["first"]


def test_a_confirmed_send_frees_the_number_for_the_next(number):
    number.send("first")
    assert not number.client.exists(number.keys.sending)
    number.send("second")


def test_while_a_resend_is_in_flight_both_passcodes_are_answerable_newest_first(number):
    number.send("first")
    number.arm("second", SendKind.RESEND)
    candidates = [candidate.challenge_id for candidate in number.count().candidates]
    assert candidates == ["second", "first"]


def test_a_confirmed_resend_replaces_the_earlier_passcode(number):
    number.send("first")
    number.send("second", SendKind.RESEND)
    assert number.alive() == ["second"]


def test_a_withdrawn_resend_leaves_the_earlier_passcode_as_it_was(number):
    number.send("first")
    number.guess_wrong()
    before = number.client.hgetall(number.keys.challenge)
    left = number.client.pttl(number.keys.challenge)
    number.store.withdraw_send(number.arm("second", SendKind.RESEND), UNREACHABLE, ORIGIN)
    assert number.alive() == ["first"]
    assert number.client.hgetall(number.keys.challenge) == before
    assert left - 5_000 < number.client.pttl(number.keys.challenge) <= left
    assert not number.client.exists(number.keys.sending)


def test_a_withdrawn_first_send_leaves_nothing(number):
    number.store.withdraw_send(number.arm("first"), UNREACHABLE, ORIGIN)
    assert number.alive() == []
    assert not number.client.exists(number.keys.sending)


def test_a_send_withdrawn_before_it_was_armed_leaves_an_unknown_one_answerable(number):
    number.park("first")
    number.store.withdraw_send(number.begin("second"), UNREACHABLE, ORIGIN)
    assert number.alive() == ["first"]


def test_a_parked_resend_keeps_both_passcodes_and_frees_the_number(number):
    number.send("first")
    number.park("second")
    assert number.alive() == ["second", "first"]
    assert not number.client.exists(number.keys.sending)


def test_after_a_parked_send_all_stay_until_the_next_is_confirmed(number):
    number.send("first")
    number.park("second")
    third = number.arm("third")
    assert number.alive() == ["third", "second", "first"]
    number.store.confirm_send(third, "message", ORIGIN)
    assert number.alive() == ["third"]


def test_a_refused_send_after_a_parked_one_leaves_what_was_there(number):
    number.send("first")
    number.park("second")
    third = number.arm("third")
    number.store.withdraw_send(third, RecipientUnreachableError(), ORIGIN)
    assert number.alive() == ["second", "first"]


def test_a_send_confirmed_after_its_turn_was_lost_leaves_the_newer_one(number):
    number.send("first")
    late = number.arm("late")
    number.client.delete(number.keys.sending)  # as after 30 s
    number.arm("newer")
    assert number.store.confirm_send(late, "message", ORIGIN) > 0
    assert number.alive() == ["newer", "late"]


def test_a_send_refused_after_its_turn_was_lost_takes_only_its_own_passcode(number):
    late = number.arm("late")
    number.client.delete(number.keys.sending)
    number.arm("newer")
    number.store.withdraw_send(late, RecipientUnreachableError(), ORIGIN)
    assert number.alive() == ["newer"]


def test_a_request_that_came_in_before_the_last_send_ended_is_the_same_moment(number):
    came_in = dataclasses.replace(ORIGIN, received_at=time.monotonic() - 0.05)
    number.send("first")
    with pytest.raises(SendInProgressError):
        number.store.begin_send(SendKind.SEND, "second", number.subject, came_in)
    later = dataclasses.replace(ORIGIN, received_at=time.monotonic())
    number.store.begin_send(SendKind.SEND, "third", number.subject, later)


def test_a_request_that_came_in_before_a_refused_send_ended_may_still_send(number):
    came_in = dataclasses.replace(ORIGIN, received_at=time.monotonic())
    first = number.arm("first")
    number.store.withdraw_send(first, RecipientUnreachableError(), ORIGIN)
    number.store.begin_send(SendKind.SEND, "second", number.subject, came_in)


def test_a_new_passcode_has_all_its_tries_beside_one_that_has_fewer(number):
    number.send("first")
    number.guess_wrong()
    number.park("second")
    number.arm("third")
    assert number.client.hget(number.keys.pending, "tries") == "0"


def test_a_send_whose_turn_was_lost_is_not_armed(number):
    late = number.begin("late")
    number.client.delete(number.keys.sending)
    with pytest.raises(SendInProgressError):
        number.store.arm_send(late, "digest", ORIGIN)
    number.send("other")
    with pytest.raises(SendInProgressError):
        number.store.arm_send(late, "digest", ORIGIN)
    assert number.alive() == ["other"]


def test_whoever_lost_the_turn_does_not_free_it_for_others(number):
    late = number.arm("late")
    number.client.delete(number.keys.sending)
    number.arm("other")
    number.store.withdraw_send(late, UNREACHABLE, ORIGIN)
    number.store.park_send(late, ORIGIN)
    number.store.confirm_send(late, "message", ORIGIN)
    assert number.client.get(number.keys.sending) == "other"
    assert number.alive()[0] == "other"


def test_a_late_confirmation_does_not_replace_a_newer_passcode(number):
    late = number.arm("late")
    number.client.delete(number.keys.sending)
    number.send("newer")
    assert number.store.confirm_send(late, "message", ORIGIN) == 0
    assert number.alive() == ["newer"]


def test_a_late_confirmation_leaves_a_newer_message_in_flight_as_it_was(number):
    late = number.arm("late")
    number.client.delete(number.keys.sending)
    number.arm("newer")
    assert number.store.confirm_send(late, "message", ORIGIN) > 0
    assert number.alive() == ["newer", "late"]


def test_a_confirmation_after_a_login_is_moot_and_brings_nothing_back(number):
    number.send("first")
    second = number.arm("second")
    number.win(number.count(), candidate=1)
    assert number.store.confirm_send(second, "message", ORIGIN) == 0
    assert number.alive() == []


def test_a_confirmation_after_the_expiry_is_moot(number):
    ticket = number.arm("first")
    number.client.delete(number.keys.pending)
    assert number.store.confirm_send(ticket, "message", ORIGIN) == 0


def test_a_passcode_lives_from_its_beginning_and_no_step_extends_it(number):
    ticket = number.begin("first")
    shrunk = ticket.expires_at_ms - (TTL_S - 20) * 1000  # as if 580 s went by before it was armed
    number.store.arm_send(type(ticket)("first", ticket.subject, 0, shrunk), "digest", ORIGIN)
    assert 0 < number.client.pttl(number.keys.pending) <= 20_000
    number.count()
    left = number.store.confirm_send(ticket, "message", ORIGIN)
    assert 0 < left <= 20_000
    assert 0 < number.client.pttl(number.keys.challenge) <= 20_000
    number.guess_wrong()
    assert 0 < number.client.pttl(number.keys.challenge) <= 20_000


def test_a_confirmed_passcode_has_no_more_than_its_time_left(number):
    ticket = number.arm("first")
    left = number.store.confirm_send(ticket, "message", ORIGIN)
    assert TTL_S * 1000 - 5_000 < left <= TTL_S * 1000
    assert number.client.pttl(number.keys.challenge) <= TTL_S * 1000


def test_a_passcode_that_ended_before_it_was_armed_never_lives(number):
    ticket = number.begin("first")
    past = type(ticket)("first", ticket.subject, 0, ticket.begun_at_ms - 1)
    number.store.arm_send(past, "digest", ORIGIN)
    assert number.alive() == []


def test_the_turn_of_a_send_that_died_ends_by_itself(number):
    number.begin("first")
    assert 0 < number.client.pttl(number.keys.sending) <= IN_FLIGHT_LOCK_MS
