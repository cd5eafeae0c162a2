"""Races on a real server: whoever is first, the counts are exact and one login wins."""

from collections.abc import Iterator
from functools import partial

import pytest

from otp_service.demo.redis_process import RedisProcess
from otp_service.domain.challenge import AttemptTicket, Grant, SendTicket
from otp_service.domain.errors import (
    ExpiredCodeError,
    LockedError,
    OtpError,
    SendInProgressError,
    TooManyAttemptsError,
)
from otp_service.domain.roles import Role
from otp_service.domain.subject import Subject
from tests.integration.store.number import MASKED, MAX_TRIES, ORIGIN, Event, Number
from tests.integration.store.race import CALLERS, ROUNDS, Race, races, results_of
from tests.integration.store.servers import client_of


@pytest.fixture
def race() -> Iterator[Race]:
    with races() as made:
        yield made


@pytest.fixture
def rounds(redis_server: RedisProcess) -> Iterator[Iterator[Number]]:
    """A new number for each round, all on one real server."""
    with client_of(redis_server.url) as client:
        client.flushall()
        yield (Number(client, Subject(f"{index:024d}", MASKED)) for index in range(ROUNDS))


def count_and_win(number: Number, session_id: str) -> Grant:
    return number.win(number.count(), session_id)


def names(number: Number) -> list[str]:
    return [event.event for event in number.events()]


def assert_sound(number: Number, grants: list[Grant]) -> None:
    """At most one grant, as many sessions, and no key that stays for ever."""
    assert len(grants) <= 1
    assert number.client.zcard(number.keys.sessions) == len(grants)
    assert names(number).count("login_succeeded") == len(grants)
    without_ttl = number.keys_without_ttl()
    for_ever = (":failures:", ":roles", ":audit:head")
    assert {key for key in without_ttl if not any(kind in key for kind in for_ever)} == set()


def test_of_many_wrong_guesses_exactly_five_are_compared(race, rounds):
    for number in rounds:
        number.send("first")
        outcomes = race.run([number.count] * CALLERS)
        tickets = results_of(AttemptTicket, outcomes)
        assert sorted(ticket.attempt_number for ticket in tickets) == [1, 2, 3, 4, 5]
        assert len(results_of(TooManyAttemptsError, outcomes)) == CALLERS - MAX_TRIES
        assert number.failures() == MAX_TRIES
        assert names(number).count("attempt_counted") == MAX_TRIES
        assert names(number).count("attempt_refused") == CALLERS - MAX_TRIES


def test_of_many_guesses_at_two_passcodes_neither_is_compared_more_than_five_times(race, rounds):
    for number in rounds:
        number.send("first")
        number.park("second")
        outcomes = race.run([partial(number.count, named) for named in (None, "first")] * 6)
        compared = [
            c.challenge_id for t in results_of(AttemptTicket, outcomes) for c in t.candidates
        ]
        assert compared.count("first") == MAX_TRIES
        assert compared.count("second") <= MAX_TRIES


def test_of_many_right_answers_exactly_one_wins(race, rounds):
    for number in rounds:
        number.send("first")
        steps = [partial(count_and_win, number, f"jti-{caller}") for caller in range(CALLERS)]
        outcomes = race.run(steps)
        grants = results_of(Grant, outcomes)
        assert len(grants) == 1
        assert_sound(number, grants)
        assert len(results_of(OtpError, outcomes)) == CALLERS - 1


def test_of_many_matched_attempts_exactly_one_wins(race, rounds):
    for number in rounds:
        number.send("first")
        ticket = number.count()
        outcomes = race.run([partial(number.win, ticket, f"jti-{n}") for n in range(CALLERS)])
        grants = results_of(Grant, outcomes)
        assert len(grants) == 1
        assert_sound(number, grants)
        assert len(results_of(ExpiredCodeError, outcomes)) == CALLERS - 1


def test_right_answers_at_two_live_passcodes_win_once(race, rounds):
    for number in rounds:
        number.send("first")
        number.park("second")
        ticket = number.count()
        steps = [partial(number.win, ticket, f"jti-{n}", n % 2) for n in range(CALLERS)]
        grants = results_of(Grant, race.run(steps))
        assert len(grants) == 1
        assert_sound(number, grants)


def test_of_many_sends_exactly_one_begins(race, rounds):
    for number in rounds:
        outcomes = race.run([partial(number.begin, f"send-{n}") for n in range(CALLERS)])
        (ticket,) = results_of(SendTicket, outcomes)
        assert len(results_of(SendInProgressError, outcomes)) == CALLERS - 1
        assert number.client.get(number.keys.sending) == ticket.challenge_id
        assert names(number).count("send_requested") == 1
        assert names(number).count("send_refused") == CALLERS - 1


def test_whole_resends_against_each_other_leave_one_passcode(race, rounds):
    for number in rounds:
        number.send("first")
        outcomes = race.run([partial(number.send, f"resend-{n}") for n in range(CALLERS)])
        tickets = results_of(SendTicket, outcomes)
        assert len(tickets) + len(results_of(SendInProgressError, outcomes)) == CALLERS
        assert len(number.alive()) == 1
        assert number.alive()[0] in {ticket.challenge_id for ticket in tickets}
        assert not number.client.exists(number.keys.sending)
        assert_sound(number, [])


def test_logins_against_a_confirmed_resend_win_at_most_once(race, rounds):
    for number in rounds:
        number.send("first")
        second = number.arm("second")
        ticket = number.count()

        def confirm(number=number, second=second):
            return number.store.confirm_send(second, "message", ORIGIN)

        logins = [partial(number.win, ticket, f"jti-{n}", n % 2) for n in range(CALLERS - 1)]
        outcomes = race.run([*logins[:6], confirm, *logins[6:]])
        grants = results_of(Grant, outcomes)
        assert len(grants) == 1  # the resend's own passcode is alive on either side of it
        assert_sound(number, grants)
        assert number.alive() == []


def test_guesses_against_a_whole_resend_are_never_free(race, rounds):
    for number in rounds:
        number.send("first")
        outcomes = race.run([partial(number.send, "second"), *[number.count] * (CALLERS - 1)])
        tickets = results_of(AttemptTicket, outcomes)
        compared = [c.challenge_id for ticket in tickets for c in ticket.candidates]
        assert all(compared.count(challenge) <= MAX_TRIES for challenge in ("first", "second"))
        assert number.failures() == len(tickets) == names(number).count("attempt_counted")
        assert number.alive() == ["second"]
        assert_sound(number, [])


def test_a_change_of_role_against_a_login_leaves_no_session_of_the_old_role(race, rounds):
    for number in rounds:
        number.send("first")
        ticket = number.count()

        def promote(number=number):
            number.roles.set_role(number.subject, Role.ADMIN, ORIGIN)

        logins = [partial(number.win, ticket, f"jti-{n}") for n in range(CALLERS - 1)]
        outcomes = race.run([*logins[:6], promote, *logins[6:]])
        (grant,) = results_of(Grant, outcomes)
        live = number.client.zcard(number.keys.sessions)
        assert live == (1 if grant.role is Role.ADMIN else 0)
        assert number.roles.role_of(number.subject) is Role.ADMIN


def test_many_changes_of_role_end_each_session_once(race, rounds):
    for number in rounds:
        number.log_in("one")
        roles = [Role.ADMIN, Role.STAFF, Role.DEFENDANT] * 4
        changes = race.run(
            [partial(number.roles.set_role, number.subject, r, ORIGIN) for r in roles]
        )
        assert sum(change.sessions_ended for change in changes) == 1
        assert names(number).count("sessions_ended") == 1


def test_failures_from_all_sides_lock_once_at_the_tenth(race, rounds):
    for number in rounds:
        number.client.set(number.keys.failures, 7)
        number.send("first")
        outcomes = race.run([number.count] * CALLERS)
        assert len(results_of(AttemptTicket, outcomes)) == 3
        assert len(results_of(LockedError, outcomes)) == CALLERS - 3
        assert number.failures() == 10
        locked = [event for event in number.events() if event.event == "number_locked"]
        assert locked == [Event("number_locked", "success", "locked", "", "first")]


def test_a_session_is_revoked_once_by_whoever_is_first(race, rounds):
    for number in rounds:
        session = number.log_in("one")
        ended = race.run([partial(number.sessions.end, session, ORIGIN)] * CALLERS)
        assert ended.count(True) == 1
        assert names(number).count("session_revoked") == 1
