"""Sessions after the login, and what administrators do to a number in any spelling."""

import pytest

from otp_service.domain.errors import InvalidPhoneError
from otp_service.domain.roles import Role
from tests.unit.domain.conftest import ORIGIN, PHONE


@pytest.fixture
def login(desk):
    return desk.logins.validate(PHONE, desk.sent_passcode(), None, ORIGIN)


@pytest.fixture
def second_login(desk, login):
    return desk.logins.validate(PHONE, desk.sent_passcode(), None, ORIGIN)


def test_a_revoked_session_is_dead_and_the_others_live(desk, login, second_login):
    desk.sessions.revoke(login.token, ORIGIN)
    assert desk.sessions.introspect(login.token) is None
    assert desk.sessions.introspect(second_login.token) == second_login.session


def test_revoking_twice_is_no_error_and_one_record(desk, login):
    desk.sessions.revoke(login.token, ORIGIN)
    desk.sessions.revoke(login.token, ORIGIN)
    assert desk.events.count(("session_revoked", "")) == 1


def test_revoking_everywhere_ends_all_sessions_of_the_person(desk, login, second_login):
    desk.sessions.revoke_everywhere(login.token, ORIGIN)
    assert desk.sessions.introspect(login.token) is None
    assert desk.sessions.introspect(second_login.token) is None
    assert desk.events[-1] == ("sessions_ended", "everywhere")


def test_a_dead_token_ends_nothing_anywhere(desk, login, second_login):
    desk.sessions.revoke(login.token, ORIGIN)
    desk.sessions.revoke_everywhere(login.token, ORIGIN)
    assert desk.sessions.introspect(second_login.token) == second_login.session


@pytest.mark.parametrize("token", ["", "junk", "a.b.c", "é" * 40])
def test_junk_is_no_session_and_revoking_it_leaves_no_record(desk, token):
    assert desk.sessions.introspect(token) is None
    desk.sessions.revoke(token, ORIGIN)
    desk.sessions.revoke_everywhere(token, ORIGIN)
    assert desk.redis.keys() == []


def test_a_change_of_role_ends_the_sessions_of_the_old_one(desk, login):
    _, change = desk.administration.set_role("2395550100", Role.ADMIN, ORIGIN)
    assert (change.previous, change.role, change.sessions_ended) == ("indemnitor", "admin", 1)
    assert desk.sessions.introspect(login.token) is None
    assert desk.administration.role_of("+12395550100")[1] is Role.ADMIN


def test_taking_a_role_back_leaves_the_default(desk):
    desk.administration.set_role(PHONE, Role.ADMIN, ORIGIN)
    _, change = desk.administration.remove_role("+12395550100", ORIGIN)
    assert (change.previous, change.role) == (Role.ADMIN, Role.INDEMNITOR)
    assert list(desk.administration.list_roles()) == []


def test_a_list_of_roles_shows_masked_numbers(desk):
    subject, _ = desk.administration.set_role(PHONE, Role.STAFF, ORIGIN)
    (assignment,) = desk.administration.list_roles()
    assert assignment.phone_id == subject.phone_id
    assert (assignment.masked_phone, assignment.role) == ("+1******0100", Role.STAFF)
    assert assignment.changed_by == "gas"


def test_an_administrator_opens_a_stopped_number(desk):
    desk.redis.set(desk.keys.failures, 100)
    subject, failures = desk.administration.clear_lockout("239-555-0100", ORIGIN)
    assert (subject.masked_phone, failures) == ("+1******0100", 100)
    assert desk.logins.validate(PHONE, desk.sent_passcode(), None, ORIGIN)


def test_an_administrators_typing_error_is_an_invalid_phone(desk):
    with pytest.raises(InvalidPhoneError):
        desk.administration.role_of("555")
