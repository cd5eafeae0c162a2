"""Attempts: counted before they are compared, bound to their request, never more than five."""

import pytest

from otp_service.domain.challenge import AttemptTicket, Candidate
from otp_service.domain.errors import (
    ExpiredCodeError,
    LockedError,
    RecipientUnreachableError,
    TooManyAttemptsError,
)
from tests.integration.store.number import MAX_TRIES, ORIGIN, Number
from tests.integration.store.waiting import until


def tries(number: Number, key: str | None = None) -> int:
    return int(number.client.hget(key or number.keys.challenge, "tries") or 0)


def test_an_attempt_is_counted_before_anything_is_compared(number):
    number.send("first")
    ticket = number.count()
    candidate = Candidate("first", "digest of first")
    assert ticket == AttemptTicket(number.subject, 1, MAX_TRIES - 1, (candidate,))
    assert (tries(number), number.failures()) == (1, 1)


def test_rejecting_counts_nothing_more(number):
    number.send("first")
    error = number.guess_wrong()
    assert (error.attempts_remaining, error.retry_after_s) == (MAX_TRIES - 1, None)
    assert (tries(number), number.failures()) == (1, 1)


def test_five_attempts_are_counted_and_the_sixth_is_too_many(number):
    number.send("first")
    remaining = [number.guess_wrong().attempts_remaining for _ in range(MAX_TRIES)]
    assert remaining == [4, 3, 2, 1, 0]
    for _ in range(3):
        with pytest.raises(TooManyAttemptsError):
            number.count()
    assert (tries(number), number.failures()) == (MAX_TRIES, MAX_TRIES)


def test_the_fifth_attempt_may_still_win(number):
    number.send("first")
    for _ in range(MAX_TRIES - 1):
        number.guess_wrong()
    assert number.win(number.count())


def test_without_a_passcode_there_is_nothing_to_try(number):
    with pytest.raises(ExpiredCodeError):
        number.count()
    assert number.failures() == 0


def test_an_expired_passcode_is_nothing_to_try(number):
    number.send("first")
    number.client.pexpire(number.keys.challenge, 1)
    until(lambda: not number.client.exists(number.keys.challenge))
    with pytest.raises(ExpiredCodeError):
        number.count()
    assert number.failures() == 0


def test_the_live_request_id_is_tried(number):
    number.send("first")
    assert [c.challenge_id for c in number.count("first").candidates] == ["first"]


@pytest.mark.parametrize("request_id", ["other", "first ", "FIRST", "firs", "first2"])
def test_another_request_id_spends_no_try_and_counts_no_failure(number, request_id):
    number.send("first")
    with pytest.raises(ExpiredCodeError):
        number.count(request_id)
    assert (tries(number), number.failures()) == (0, 0)


def test_the_request_id_of_a_replaced_passcode_is_another_one(number):
    number.send("first")
    number.send("second")
    with pytest.raises(ExpiredCodeError):
        number.count("first")
    assert tries(number) == 0


@pytest.mark.parametrize("named", ["first", "second"])
def test_of_two_live_passcodes_a_request_id_tries_its_own_only(number, named):
    number.send("first")
    number.park("second")
    (candidate,) = number.count(named).candidates
    assert candidate.challenge_id == named
    assert tries(number, number.keys.challenge) == (named == "first")
    assert tries(number, number.keys.pending) == (named == "second")


def test_an_attempt_at_two_live_passcodes_is_a_try_of_each_and_one_failure(number):
    number.send("first")
    number.guess_wrong()
    number.park("second")
    ticket = number.count()
    assert (ticket.attempt_number, ticket.attempts_remaining) == (1, MAX_TRIES - 1)
    assert (tries(number), tries(number, number.keys.pending)) == (2, 1)
    assert number.failures() == 2


def test_of_two_live_passcodes_one_without_tries_is_left_out(number):
    number.send("first")
    number.fail(3)
    number.park("second")
    for expected in (["second", "first"], ["second", "first"], ["second"]):
        assert [c.challenge_id for c in number.count().candidates] == expected
    assert tries(number) == MAX_TRIES


def test_when_two_passcodes_share_the_wrong_guesses_neither_is_compared_more_than_five_times(
    number,
):
    number.send("first")
    number.fail(2)
    number.park("second")
    compared = [c.challenge_id for _ in range(MAX_TRIES) for c in number.count().candidates]
    assert (compared.count("first"), compared.count("second")) == (MAX_TRIES - 2, MAX_TRIES)
    with pytest.raises(TooManyAttemptsError):
        number.count()


def test_the_newest_of_two_live_passcodes_can_be_spent_and_the_earlier_tried(number):
    number.send("first")
    number.park("second")
    for _ in range(MAX_TRIES):
        number.count("second")
    with pytest.raises(TooManyAttemptsError):
        number.count("second")
    assert [c.challenge_id for c in number.count().candidates] == ["first"]


def test_tries_that_were_spent_while_in_flight_stay_spent_when_confirmed(number):
    ticket = number.arm("first")
    number.guess_wrong()
    number.store.confirm_send(ticket, "message", ORIGIN)
    assert number.count().attempt_number == 2


def test_a_resend_gives_tries_back_but_no_failures(number):
    number.send("first")
    number.fail(MAX_TRIES)
    number.send("second")
    assert number.count().attempt_number == 1
    assert number.failures() == MAX_TRIES + 1


def test_failures_survive_a_withdrawn_send_and_an_expiry(number):
    number.send("first")
    number.fail(2)
    number.store.withdraw_send(number.arm("second"), RecipientUnreachableError(), ORIGIN)
    number.client.delete(number.keys.challenge)
    assert number.failures() == 2
    assert number.client.pttl(number.keys.failures) == -1


def test_a_locked_number_is_told_so_before_its_passcode_is_looked_at(number):
    number.send("first")
    number.client.set(number.keys.lock, "1", px=60_000)
    with pytest.raises(LockedError):
        number.count("other")
    assert (tries(number), number.failures()) == (0, 0)


def test_two_numbers_do_not_share_tries_or_failures(number):
    number.send("first")
    other = Number(number.client, type(number.subject)("z" * 24, "+44******0958"))
    other.send("second")
    number.fail(3)
    assert other.count().attempt_number == 1
    assert (number.failures(), other.failures()) == (3, 1)
