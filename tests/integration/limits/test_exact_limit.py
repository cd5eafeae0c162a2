"""The limit of a phone number is exact: so many in any window, whatever the moment."""

from contextlib import suppress

import pytest

from otp_service.domain.errors import RateLimitedError
from tests.integration.limits.gate import PHONE_ID

THREE = "3 per 15 minutes"
WINDOW_S = 900


def test_three_are_allowed_and_the_fourth_is_refused(gate):
    gate.limits(phone=THREE).taken(3)
    for _ in range(3):
        refusal = gate.refused()
        assert refusal.scope == "phone"
        assert WINDOW_S - 5 < refusal.retry_after_s <= WINDOW_S + 1


def test_another_number_has_its_own_three(gate):
    gate.limits(phone=THREE).taken(3)
    for _ in range(3):
        gate.take("z" * 24)


def test_places_come_free_one_by_one_as_each_leaves_the_window(gate):
    gate.limits(phone=THREE)
    for _ in range(3):
        gate.take()
        gate.pass_time(100)
    assert WINDOW_S - 305 < gate.refused().retry_after_s <= WINDOW_S - 299
    gate.pass_time(WINDOW_S - 300 + 1)
    gate.take()
    assert 95 < gate.refused().retry_after_s <= 100
    gate.pass_time(100)
    gate.take()
    gate.refused()


def test_no_window_ever_holds_more_than_three(gate):
    """The sliding counter of the other limits would allow a fourth near a window's edge."""
    gate.limits(phone=THREE)
    allowed_at: list[int] = []
    for _ in range(120):
        with suppress(RateLimitedError):
            gate.take()
            allowed_at.append(gate.passed_ms)
        gate.pass_time(37)
    for index, at in enumerate(allowed_at[3:]):
        assert at - allowed_at[index] >= WINDOW_S * 1000 - 1_000
    assert len(allowed_at) > 10


def test_the_wait_is_the_truth_to_the_second(gate):
    gate.limits(phone=THREE).taken(3)
    gate.pass_time(123)
    wait_s = gate.refused().retry_after_s
    gate.pass_time(wait_s - 1.3)
    assert 1 <= gate.refused().retry_after_s <= 2
    gate.pass_time(1.3)
    gate.take()


def test_a_refused_send_takes_no_place(gate):
    gate.limits(phone=THREE).taken(3)
    before = gate.held()
    for _ in range(5):
        gate.refused()
    assert gate.held() == before


def test_a_place_given_back_can_be_taken_again_and_only_once(gate):
    first, *_ = gate.limits(phone=THREE).taken(3)
    first.give_back()
    first.give_back()
    gate.take()
    gate.refused()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_all_places_given_back_in_any_order_leave_all_three(gate, order):
    places = gate.limits(phone=THREE).taken(3)
    for index in order:
        places[index].give_back()
    gate.taken(3)
    gate.refused()


def test_a_place_given_back_does_not_bring_back_one_that_left_the_window(gate):
    gate.limits(phone=THREE).taken(3)
    gate.pass_time(WINDOW_S + 1)
    gate.take().give_back()
    gate.taken(3)
    gate.refused()


def test_giving_back_keeps_the_places_of_others(gate):
    places = gate.limits(phone=THREE).take()
    gate.take("z" * 24)
    places.give_back()
    assert [key for key in gate.held() if PHONE_ID in key and "moving" in key] == []
    assert [n for key, n in gate.held().items() if "z" * 24 in key] == [1]


def test_the_keys_of_an_exact_limit_end_with_its_window(gate):
    gate.limits(phone=THREE).take()
    (key,) = [key for key in gate.held() if PHONE_ID in key]
    assert WINDOW_S - 5 < gate.client.ttl(key) <= WINDOW_S
