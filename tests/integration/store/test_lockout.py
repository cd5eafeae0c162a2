"""The lock-out: after so many consecutive failures, for ever longer, and then until opened."""

import pytest

from otp_service.domain.challenge import SendKind
from otp_service.domain.errors import ExpiredCodeError, LockedError
from tests.integration.store.number import ORIGIN, Event, Number

# Failures -> seconds of the lock that the last of them brings; none for the numbers between.
LOCKS = {
    9: None,
    10: 900,
    11: None,
    19: None,
    20: 1_800,
    30: 3_600,
    40: 7_200,
    50: 14_400,
    60: 28_800,
    70: 57_600,
    80: 86_400,
    90: 86_400,
    99: None,
}


def lock_seconds(number: Number) -> float:
    return number.client.pttl(number.keys.lock) / 1000


def test_the_tenth_failure_locks_for_fifteen_minutes(number):
    number.fail(9)
    assert not number.client.exists(number.keys.lock)
    last = number.guess_wrong()
    assert (last.attempts_remaining, last.retry_after_s) == (0, 900)
    assert 895 < lock_seconds(number) <= 900


def test_after_the_first_lock_ten_more_failures_lock_for_twice_as_long(number):
    number.fail(10)
    number.client.delete(number.keys.lock)
    number.fail(9)
    assert not number.client.exists(number.keys.lock)
    number.fail(1)
    assert number.failures() == 20
    assert 1_795 < lock_seconds(number) <= 1_800


@pytest.mark.parametrize(("failures", "seconds"), LOCKS.items())
def test_locks_double_up_to_a_day(number, failures, seconds):
    number.client.set(number.keys.failures, failures - 1)
    number.send("first")
    error = number.guess_wrong()
    if seconds is None:
        assert not number.client.exists(number.keys.lock)
        assert error.attempts_remaining == min(4, -failures % 10)
    else:
        assert seconds - 5 < lock_seconds(number) <= seconds
        assert (error.attempts_remaining, error.retry_after_s) == (0, seconds)


def test_the_hundredth_failure_stops_the_number_for_good(number):
    number.client.set(number.keys.failures, 99)
    number.send("first")
    error = number.guess_wrong()
    assert (error.attempts_remaining, error.retry_after_s) == (0, None)
    number.client.delete(number.keys.lock)  # time alone does not open it
    for refused in (number.count, lambda: number.begin("second")):
        with pytest.raises(LockedError) as refusal:
            refused()
        assert refusal.value.retry_after_s is None
    assert number.failures() == 100


def test_a_number_with_ninety_nine_failures_may_still_send_and_try(number):
    number.client.set(number.keys.failures, 99)
    number.send("first")
    assert number.win(number.count())


@pytest.mark.parametrize("kind", SendKind)
def test_a_locked_number_gets_no_send_and_is_told_the_truth_about_the_wait(number, kind):
    number.client.set(number.keys.lock, "1", px=60_400)
    with pytest.raises(LockedError) as refusal:
        number.begin("first", kind)
    assert refusal.value.retry_after_s in (60, 61)
    assert not number.client.exists(number.keys.sending)


def test_a_lock_that_ended_lets_the_number_send_and_try_again(number):
    number.fail(10)
    number.client.delete(number.keys.lock)
    number.send("again")
    assert number.count().attempt_number == 1


def test_the_attempt_that_locks_may_still_win_and_opens_the_number(number):
    number.fail(9)
    number.send("last")
    ticket = number.count()
    assert number.client.exists(number.keys.lock)
    number.win(ticket)
    assert not number.client.exists(number.keys.lock)
    assert number.failures() == 0


def test_a_login_forgets_all_failures(number):
    number.fail(7)
    number.log_in()
    assert not number.client.exists(number.keys.failures)
    number.fail(9)
    assert not number.client.exists(number.keys.lock)


def test_another_number_is_not_locked_with_it(number):
    number.fail(10)
    other = Number(number.client, type(number.subject)("z" * 24, "+44******0958"))
    other.send("first")
    assert other.alive() == ["first"]


def test_an_administrator_opens_a_locked_number(number):
    number.fail(10)
    assert number.store.clear_lockout(number.subject, ORIGIN) == 10
    assert not number.client.exists(number.keys.lock, number.keys.failures)
    assert number.events()[-1] == Event("lockout_cleared", "success", "10")
    number.send("again")


def test_an_administrator_opens_a_stopped_number(number):
    number.client.set(number.keys.failures, 100)
    assert number.store.clear_lockout(number.subject, ORIGIN) == 100
    number.send("again")
    assert number.win(number.count())


def test_opening_a_number_without_failures_forgets_none(number):
    assert number.store.clear_lockout(number.subject, ORIGIN) == 0


def test_opening_a_number_brings_no_passcode_back_and_ends_no_session(number):
    session = number.log_in()
    number.store.clear_lockout(number.subject, ORIGIN)
    assert number.sessions.is_live(session)
    with pytest.raises(ExpiredCodeError):
        number.count()
