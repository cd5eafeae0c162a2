"""The identity that is kept: that of the person who logged in, however late Meta tells of it."""

from dataclasses import replace
from typing import Any

import pytest

from otp_service.domain.challenge import SendKind
from tests.integration.store.number import ORIGIN, Number


def kept(number: Number) -> Any:
    return number.client.hget(number.keys.identity, "hash")


@pytest.mark.parametrize("states", [("sent",), ("delivered",), ("read",), ("sent", "read")])
def test_told_before_the_login_or_after_it_the_same_is_kept(number: Number, states):
    number.send("early")
    number.report("early", *states, came_to="hash")
    assert kept(number) is None
    number.win(number.count())
    assert kept(number) == "hash"

    other = number.someone_else()
    other.send("late")
    other.win(other.count())
    assert kept(other) is None
    other.report("late", *states, came_to="hash")
    assert kept(other) == "hash"


def test_told_while_the_message_is_in_flight_it_is_kept_as_well(number: Number):
    ticket = number.arm("first")
    number.report("first", "delivered", came_to="hash")
    number.store.confirm_send(ticket, "message of first", ORIGIN)
    number.win(number.count())
    assert kept(number) == "hash"


def test_of_two_codes_alive_the_one_that_was_typed_says_who_it_is(number: Number):
    number.park("first")
    number.report("first", "delivered", came_to="hash of first")
    number.arm("second")
    number.report("second", "delivered", came_to="hash of second")
    ticket = number.count()
    assert [candidate.challenge_id for candidate in ticket.candidates] == ["second", "first"]
    number.win(ticket, candidate=1)
    assert kept(number) == "hash of first"


def test_only_the_first_login_says_who_it_is(number: Number):
    number.log_in("one")
    number.report("challenge of one", "delivered", came_to="hash")
    number.log_in("two")
    number.report("challenge of one", "read", came_to="hash")
    assert number.client.hgetall(number.keys.identity).keys() == {"hash", "since"}


def test_a_code_that_nobody_typed_says_nothing(number: Number):
    number.send("first")
    number.report("first", "delivered", came_to="hash")
    number.send("second", SendKind.RESEND)
    number.win(number.count())
    assert kept(number) is None
    number.report("first", "read", came_to="hash")
    assert kept(number) is None


def test_a_login_whose_report_never_came_leaves_it_to_the_next_one(number: Number):
    number.log_in("one")
    number.log_in("two")
    number.report("challenge of two", "delivered", came_to="hash of two")
    number.report("challenge of one", "delivered", came_to="hash of one")
    assert kept(number) == "hash of two"
    assert "identity_changed" not in [event.event for event in number.events()]


def test_with_the_check_off_nothing_is_kept_and_nobody_is_left_out(number: Number):
    off = replace(number, keeps_identity=False)
    off.log_in("one")
    assert off.client.exists(off.keys.identity) == 0
    number.log_in("two")
    number.report("challenge of two", "delivered", came_to="hash")
    assert off.begin("three").identity_hash == ""


def test_the_kept_identity_outlives_everything_but_the_audits_end(number: Number):
    number.log_in("one")
    number.report("challenge of one", "delivered", came_to="hash")
    assert number.keys.identity in number.keys_without_ttl()
