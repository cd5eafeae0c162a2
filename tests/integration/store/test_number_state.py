"""What an administrator sees of a number, after each thing that can happen to it."""

import pytest

from otp_service.adapters.redis_number_state import RedisNumberStates
from otp_service.domain.challenge import LockoutPolicy
from otp_service.domain.delivery import DeliveryState
from otp_service.domain.number_state import NumberState
from otp_service.domain.roles import Role
from tests.integration.store.number import ORIGIN, TTL_S, Number
from tests.integration.store.waiting import until


@pytest.fixture
def look(number: Number):
    states = RedisNumberStates(number.client, LockoutPolicy().stop_at)

    def look() -> NumberState:
        return states.read(number.subject.phone_id)

    return look


def test_of_a_number_that_nobody_used_there_is_nothing(look):
    assert look() == NumberState(0, 0, None, 0, 0, 0, None, 0, flagged=False)
    assert look().role is Role.INDEMNITOR


def test_a_message_on_its_way_is_the_last_one(number: Number, look):
    number.begin("first")
    state = look()
    assert state.last_message
    assert (state.last_message.request_id, state.last_message.state) == ("first", "sending")
    assert abs(state.last_message.begun_at_ms / 1000 - number.now_s()) < 5
    assert state.passcode_expires_in_s == 0


def test_the_newest_message_is_told_and_why_it_failed(number: Number, look):
    number.send("first")
    number.report("first", "delivered")
    # Of two messages of one millisecond neither is the newer one.
    now_ms = number.now_ms()
    until(lambda: number.now_ms() > now_ms)
    number.send("second")
    number.report("second", "failed", failure="recipient_unreachable:131026")
    message = look().last_message
    assert message
    assert (message.request_id, message.state) == ("second", DeliveryState.FAILED)
    assert message.reason == "recipient_unreachable:131026"


def test_a_live_passcode_and_its_tries_are_told_until_it_is_used(number: Number, look):
    number.send("first")
    number.guess_wrong()
    number.guess_wrong()
    state = look()
    assert TTL_S - 5 <= state.passcode_expires_in_s <= TTL_S
    assert (state.tries_spent, state.failures) == (2, 2)
    number.win(number.count())
    state = look()
    assert (state.passcode_expires_in_s, state.tries_spent, state.failures) == (0, 0, 0)
    assert state.sessions == 1


def test_a_passcode_in_flight_counts_as_alive(number: Number, look):
    number.arm("first")
    assert look().passcode_expires_in_s > 0


def test_a_lock_and_its_end_are_told(number: Number, look):
    number.fail(10)
    state = look()
    assert (state.failures, state.locked_for_s) == (10, 900)
    number.store.clear_lockout(number.subject, ORIGIN)
    state = look()
    assert (state.failures, state.locked_for_s) == (0, 0)


def test_a_number_that_only_an_administrator_opens_says_so(number: Number, look):
    number.client.set(number.keys.failures, LockoutPolicy().stop_at)
    assert look().locked_for_s is None


def test_only_sessions_that_still_live_are_counted(number: Number, look):
    number.log_in("one")
    number.log_in("two")
    number.client.zadd(number.keys.sessions, {"over": number.now_s() - 1})
    assert look().sessions == 2
    number.sessions.end_all(number.subject, ORIGIN)
    assert look().sessions == 0


def test_a_role_of_its_own_is_told_with_who_gave_it(number: Number, look):
    number.roles.set_role(number.subject, Role.STAFF, ORIGIN)
    assignment = look().assignment
    assert assignment
    assert (assignment.role, assignment.changed_by) == (Role.STAFF, ORIGIN.client_id)
    assert look().role is Role.STAFF


def test_disowned_passcodes_are_counted_and_flag_the_number(number: Number, look):
    for count in (1, 2, 3):
        number.send(f"challenge {count}")
        number.disown(f"challenge {count}")
        assert (look().disowned_today, look().flagged) == (count, count == 3)


def test_looking_leaves_nothing_behind(number: Number, look):
    look()
    assert list(number.client.scan_iter()) == []
