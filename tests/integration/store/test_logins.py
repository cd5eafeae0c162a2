"""Logins: a passcode becomes a session once, of the registry's role, and everything else ends."""

import pytest

from otp_service.domain.errors import ExpiredCodeError
from otp_service.domain.roles import Role
from tests.integration.store.number import ORIGIN, Number


def test_a_grant_is_of_the_default_role_and_lives_as_its_role_may(number):
    number.send("first")
    grant = number.win(number.count())
    assert grant.role is Role.INDEMNITOR
    assert abs(grant.issued_at - number.client.time()[0]) < 5
    assert grant.expires_at - grant.issued_at == 604_800


@pytest.mark.parametrize("role", Role)
def test_a_grant_is_of_the_role_that_the_registry_has_at_that_moment(number, role):
    number.send("first")
    ticket = number.count()
    number.roles.set_role(number.subject, role, ORIGIN)
    grant = number.win(ticket)
    assert grant.role is role
    privileged = role in {Role.STAFF, Role.ADMIN}
    assert grant.expires_at - grant.issued_at == (43_200 if privileged else 604_800)


def test_a_won_session_is_live(number):
    session = number.log_in("jti")
    assert number.sessions.is_live(session)
    assert number.client.zscore(number.keys.sessions, "jti") == session.expires_at


def test_a_passcode_wins_once(number):
    number.send("first")
    ticket = number.count()
    number.win(ticket, "one")
    with pytest.raises(ExpiredCodeError):
        number.win(ticket, "two")
    assert not number.sessions.is_live(number.session("two"))


def test_a_login_ends_every_passcode_of_the_number(number):
    number.send("first")
    number.park("second")
    ticket = number.count()
    assert number.win(ticket, "one", candidate=1)
    assert number.alive() == []
    with pytest.raises(ExpiredCodeError):
        number.win(ticket, "two", candidate=0)


def test_the_passcode_of_a_message_in_flight_wins(number):
    number.arm("first")
    assert number.win(number.count())
    assert number.alive() == []


def test_a_passcode_that_was_replaced_since_it_was_compared_wins_nothing(number):
    number.send("first")
    ticket = number.count()
    number.send("second")
    with pytest.raises(ExpiredCodeError):
        number.win(ticket)
    assert number.alive() == ["second"]
    assert number.failures() == 1
    assert not number.client.exists(number.keys.sessions)


def test_a_passcode_that_expired_since_it_was_compared_wins_nothing(number):
    number.send("first")
    ticket = number.count()
    number.client.delete(number.keys.challenge)
    with pytest.raises(ExpiredCodeError):
        number.win(ticket)


def test_a_passcode_that_was_confirmed_since_it_was_compared_still_wins(number):
    sending = number.arm("first")
    ticket = number.count()
    number.store.confirm_send(sending, "message", ORIGIN)
    assert number.win(ticket)


def test_a_login_does_not_end_the_sessions_before_it(number):
    first, second = number.log_in("one"), number.log_in("two")
    assert number.sessions.is_live(first)
    assert number.sessions.is_live(second)


def test_a_login_leaves_a_send_in_flight_its_turn(number):
    number.send("first")
    number.begin("second")
    number.win(number.count())
    assert number.client.get(number.keys.sending) == "second"


def test_a_login_at_one_number_leaves_the_others_alone(number):
    other = Number(number.client, type(number.subject)("z" * 24, "+44******0958"))
    other.send("second")
    other.fail(2)
    number.log_in()
    assert (other.alive(), other.failures()) == (["second"], 2)
