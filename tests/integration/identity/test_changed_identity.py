"""Meta says that a number has another identity now: nobody gets in until the office has looked."""

from dataclasses import replace

import pytest

from otp_service.adapters.redis_number_state import RedisNumberStates
from otp_service.domain.challenge import LockoutPolicy
from otp_service.domain.errors import ExpiredCodeError, IdentityChangedError
from otp_service.domain.identity import Owner
from otp_service.domain.roles import Role
from tests.integration.store.number import ORIGIN, Number

MISMATCH = "identity_changed:137000"


@pytest.fixture
def known(number: Number) -> Number:
    """Who it is is known, and they are logged in."""
    number.log_in("known")
    number.report("challenge of known", "delivered", came_to="hash")
    return number


def told(number: Number) -> list[tuple[str, str]]:
    return [(event.event, event.reason) for event in number.events()]


def is_refused(number: Number) -> bool:
    return bool(number.client.hexists(number.keys.identity, "changed"))


def test_a_failed_message_ends_sessions_and_the_live_code_with_a_record(known: Number):
    known.send("first")
    since = len(known.events())
    known.report("first", "failed", failure=MISMATCH)
    assert told(known)[since:] == [
        ("delivery_failed", MISMATCH),
        ("identity_changed", ""),
        ("sessions_ended", "identity_changed"),
    ]
    assert known.alive() == []
    assert known.client.exists(known.keys.sessions) == 0
    status = known.delivery("first")
    assert (status.state, status.reason, status.locked_for_s) == (
        "failed",
        "identity_changed",
        None,
    )
    with pytest.raises(IdentityChangedError):
        known.begin("second")
    with pytest.raises(IdentityChangedError):
        known.count("first")
    refused = ("send_refused", "identity_changed"), ("attempt_refused", "identity_changed")
    assert told(known)[-2:] == list(refused)


def test_a_refusal_in_the_answer_to_the_send_does_the_same(known: Number):
    ticket = known.arm("first")
    known.store.withdraw_send(ticket, IdentityChangedError(meta_code=137000), ORIGIN)
    assert told(known)[-3:] == [
        ("send_failed", MISMATCH),
        ("identity_changed", ""),
        ("sessions_ended", "identity_changed"),
    ]
    assert is_refused(known)


def test_a_message_that_came_to_somebody_else_all_the_same_does_it_too(known: Number):
    """As after a while with the setting off here and on at Meta."""
    known.send("first")
    known.report("first", "delivered", came_to="another hash")
    assert is_refused(known)
    assert known.alive() == []


def test_an_attempt_between_the_comparison_and_the_news_gets_no_session(known: Number):
    known.send("first")
    ticket = known.count()
    known.report("first", "failed", failure=MISMATCH)
    with pytest.raises(ExpiredCodeError):
        known.win(ticket)


def test_repeated_and_further_news_change_nothing_more(known: Number):
    known.send("first")
    known.send("second")
    known.report("first", "failed", failure=MISMATCH)
    known.report("first", "failed", failure=MISMATCH)
    known.report("second", "failed", failure=MISMATCH)
    assert told(known).count(("identity_changed", "")) == 1


def test_news_of_a_message_from_before_the_identity_was_known_say_nothing(number: Number):
    number.send("older")
    number.client.delete(number.keys.sending)
    number.log_in("known")
    number.report("challenge of known", "delivered", came_to="hash")
    number.report("older", "failed", failure=MISMATCH)
    assert not is_refused(number)


@pytest.mark.parametrize("owner", list(Owner))
@pytest.mark.parametrize("logged_in_again", [False, True])
def test_late_news_do_not_close_a_number_that_was_just_accepted(
    known: Number, owner, logged_in_again
):
    for challenge_id in ("first", "late", "later"):
        known.send(challenge_id)
    known.report("first", "failed", failure=MISMATCH)
    known.identities.accept(known.subject, owner, ORIGIN)
    if logged_in_again:
        known.log_in("again")
        known.report("challenge of again", "delivered", came_to="hash two")
    known.report("late", "failed", failure=MISMATCH)
    known.report("later", "delivered", came_to="hash")
    assert not is_refused(known)
    pinned = known.client.hget(known.keys.identity, "hash")
    assert pinned == ("hash two" if logged_in_again else None)


def test_a_code_from_before_the_acceptance_lets_nobody_in(known: Number):
    known.send("first")
    known.identities.accept(known.subject, Owner.SAME, ORIGIN)
    with pytest.raises(ExpiredCodeError):
        known.count()


def test_the_same_person_keeps_role_and_user_id(known: Number):
    known.roles.set_role(known.subject, Role.STAFF, ORIGIN)
    known.send("first")
    known.report("first", "failed", failure=MISMATCH)
    done = known.identities.accept(known.subject, Owner.SAME, ORIGIN)
    assert (done.was_refused, done.previous_role, done.sessions_ended) == (True, Role.STAFF, 0)
    known.send("second")
    grant = known.win(known.count())
    assert (grant.role, grant.former_owners) == (Role.STAFF, 0)


def test_a_new_owner_ends_sessions_though_nobody_told_of_a_change(known: Number):
    known.roles.set_role(known.subject, Role.DEFENDANT, ORIGIN)
    session = known.log_in("theirs")
    done = known.identities.accept(known.subject, Owner.NEW, ORIGIN)
    assert (done.was_refused, done.sessions_ended) == (False, 1)
    assert not known.sessions.is_live(session)
    assert known.roles.role_of(known.subject) is Role.INDEMNITOR
    assert told(known)[-3:] == [
        ("identity_accepted", "new_owner"),
        ("role_removed", "defendant"),
        ("sessions_ended", "new_owner"),
    ]


def test_a_role_given_before_the_new_owners_first_login_goes_and_nobody_is_counted(known: Number):
    known.identities.accept(known.subject, Owner.NEW, ORIGIN)
    known.roles.set_role(known.subject, Role.STAFF, ORIGIN)
    since = len(known.events())
    done = known.identities.accept(known.subject, Owner.NEW, ORIGIN)
    assert (done.changed, done.previous_role) == (True, Role.STAFF)
    assert told(known)[since:] == [("identity_accepted", "new_owner"), ("role_removed", "staff")]
    known.send("theirs")
    assert known.win(known.count()).former_owners == 1


@pytest.mark.parametrize("kept", ["identity", "sessions"])
def test_a_mark_from_before_a_login_hides_no_new_owner(known: Number, kept):
    """As where a number had two names for a while, each with a part of what was known."""
    known.identities.accept(known.subject, Owner.NEW, ORIGIN)
    known.log_in("theirs")
    known.client.delete(known.keys.sessions if kept == "identity" else known.keys.identity)
    known.client.hset(known.keys.identity, "expected", 1)
    assert known.identities.accept(known.subject, Owner.NEW, ORIGIN).changed
    assert known.client.get(known.keys.former_owners) == "2"


def test_switched_off_later_the_number_stays_closed(known: Number):
    known.send("first")
    known.report("first", "failed", failure=MISMATCH)
    with pytest.raises(IdentityChangedError):
        replace(known, keeps_identity=False).begin("second")


def test_an_administrator_sees_it(known: Number):
    states = RedisNumberStates(known.client, LockoutPolicy().stop_at)
    state = states.read(known.subject.phone_id)
    assert (state.identity_known, state.identity_changed_at_ms) == (True, 0)
    known.send("first")
    known.report("first", "failed", failure=MISMATCH)
    state = states.read(known.subject.phone_id)
    assert abs(state.identity_changed_at_ms / 1000 - known.now_s()) < 5
    known.identities.accept(known.subject, Owner.NEW, ORIGIN)
    state = states.read(known.subject.phone_id)
    assert (state.identity_known, state.identity_changed_at_ms) == (False, 0)
    assert state.former_owners == 1
