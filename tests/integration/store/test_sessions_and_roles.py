"""Sessions end one by one, all at once, by time and by a change of role; roles hold."""

import pytest

from otp_service.domain.roles import Role, RoleAssignment, RoleChange
from otp_service.domain.subject import Subject
from tests.integration.store.number import MASKED, ORIGIN, PHONE_ID, Event, Number
from tests.integration.store.waiting import until


def test_an_unknown_session_is_not_live(number):
    assert not number.sessions.is_live(number.session("never"))


def test_a_session_is_ended_once(number):
    one, two = number.log_in("one"), number.log_in("two")
    assert number.sessions.end(one, ORIGIN) is True
    assert number.sessions.end(one, ORIGIN) is False
    assert not number.sessions.is_live(one)
    assert number.sessions.is_live(two)


def test_a_session_of_another_number_is_not_ended(number):
    session = number.log_in("one")
    other = Number(number.client, Subject("z" * 24))
    assert other.sessions.end(other.session("one"), ORIGIN) is False
    assert other.sessions.end_all(other.subject, ORIGIN) == 0
    assert number.sessions.is_live(session)


def test_all_sessions_are_ended_at_once(number):
    one, two = number.log_in("one"), number.log_in("two")
    assert number.sessions.end_all(number.subject, ORIGIN) == 2
    assert number.sessions.end_all(number.subject, ORIGIN) == 0
    assert not number.sessions.is_live(one)
    assert not number.sessions.is_live(two)


def test_ending_nothing_leaves_no_record(number):
    number.sessions.end(number.session("never"), ORIGIN)
    number.sessions.end_all(number.subject, ORIGIN)
    assert number.events() == []


def test_the_registry_lives_as_long_as_its_last_session(number):
    long, short = number, number.with_sessions_of(1_000, 500)
    last = long.log_in("long")
    short.log_in("short")
    ends_in = last.expires_at - number.client.time()[0]
    assert ends_in - 5 < number.client.ttl(number.keys.sessions) <= ends_in + 1


def test_a_session_ends_by_time(number):
    session = number.with_sessions_of(1, 1).log_in("brief")
    assert number.sessions.is_live(session)
    until(lambda: not number.sessions.is_live(session))


def ended_by_time(number: Number) -> None:
    """One session that ended by time beside one that stands."""
    number.log_in("standing")
    number.client.zadd(number.keys.sessions, {"ended": number.client.time()[0] - 1})


def test_a_login_forgets_the_sessions_that_ended_by_time(number):
    ended_by_time(number)
    number.log_in("next")
    assert number.client.zcard(number.keys.sessions) == 2
    assert number.client.zscore(number.keys.sessions, "ended") is None


def test_all_sessions_are_those_that_stand(number):
    ended_by_time(number)
    assert number.sessions.end_all(number.subject, ORIGIN) == 1


def test_a_change_of_role_counts_only_the_sessions_that_stand(number):
    ended_by_time(number)
    assert number.roles.set_role(number.subject, Role.STAFF, ORIGIN).sessions_ended == 1


def test_a_number_without_a_role_of_its_own_has_the_default(number):
    assert number.roles.role_of(number.subject) is Role.INDEMNITOR
    assert list(number.roles.list_roles()) == []


@pytest.mark.parametrize("role", Role)
def test_a_role_that_was_set_is_read_and_listed(number, role):
    change = number.roles.set_role(number.subject, role, ORIGIN)
    assert change == RoleChange(role, Role.INDEMNITOR, 0)
    assert number.roles.role_of(number.subject) is role
    (listed,) = number.roles.list_roles()
    assert listed == RoleAssignment(PHONE_ID, MASKED, role, listed.changed_at, "gas")
    assert abs(listed.changed_at - number.client.time()[0]) < 5


def test_a_change_of_role_ends_the_sessions_in_the_same_step(number):
    session = number.log_in("one")
    change = number.roles.set_role(number.subject, Role.ADMIN, ORIGIN)
    assert change == RoleChange(Role.ADMIN, Role.INDEMNITOR, 1)
    assert not number.sessions.is_live(session)
    assert number.events(-2) == [
        Event("role_set", "success", "admin"),
        Event("sessions_ended", "success", "role_changed"),
    ]


def test_taking_a_role_back_ends_the_sessions_in_the_same_step(number):
    number.roles.set_role(number.subject, Role.ADMIN, ORIGIN)
    session = number.log_in("one")
    change = number.roles.remove_role(number.subject, ORIGIN)
    assert change == RoleChange(Role.INDEMNITOR, Role.ADMIN, 1)
    assert not number.sessions.is_live(session)
    assert number.roles.role_of(number.subject) is Role.INDEMNITOR
    assert number.events(-2) == [
        Event("role_removed", "success", "admin"),
        Event("sessions_ended", "success", "role_changed"),
    ]


def test_the_default_role_given_by_hand_is_kept_and_ends_nothing(number):
    session = number.log_in("one")
    change = number.roles.set_role(number.subject, Role.INDEMNITOR, ORIGIN)
    assert change == RoleChange(Role.INDEMNITOR, Role.INDEMNITOR, 0)
    assert number.sessions.is_live(session)
    assert len(list(number.roles.list_roles())) == 1
    number.roles.remove_role(number.subject, ORIGIN)
    assert number.sessions.is_live(session)
    assert list(number.roles.list_roles()) == []


def test_a_role_that_changes_nothing_leaves_no_record(number):
    assert number.roles.remove_role(number.subject, ORIGIN).sessions_ended == 0
    assert number.events() == []
    number.roles.set_role(number.subject, Role.STAFF, ORIGIN)
    session = number.log_in("one")
    before = number.events()
    number.roles.set_role(number.subject, Role.STAFF, ORIGIN)
    assert number.events() == before
    assert number.sessions.is_live(session)


def test_a_change_of_role_leaves_others_and_the_passcode_alone(number):
    other = Number(number.client, Subject("z" * 24, MASKED))
    session = other.log_in("other")
    number.send("first")
    number.roles.set_role(number.subject, Role.ADMIN, ORIGIN)
    assert other.sessions.is_live(session)
    assert other.roles.role_of(other.subject) is Role.INDEMNITOR
    assert number.alive() == ["first"]


def test_roles_of_all_shards_are_listed(number):
    phone_ids = {f"{index:024d}" for index in range(40)}
    for phone_id in phone_ids:
        number.roles.set_role(Subject(phone_id, MASKED), Role.DEFENDANT, ORIGIN)
    listed = list(number.roles.list_roles())
    assert {assignment.phone_id for assignment in listed} == phone_ids
    assert len(listed) == len(phone_ids)
