"""The wait that a refusal names: after it there is a place, and a second before there is none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from otp_service.adapters.limits_send_limiter import sliding_wait_s
from tests.integration.limits.sliding_model import SlidingModel
from tests.integration.store.waiting import until

STRICTLY_AFTER_MS = 2


@pytest.mark.parametrize("setting", ["phone", "client"])
@pytest.mark.parametrize("limit", ["2 per 1 second"])
def test_after_a_wait_in_real_time_there_is_a_place(gate, setting, limit):
    gate.limits(**{setting: limit}).taken(int(limit[0]))
    asked_ms, wait_s = gate.now_ms(), gate.refused().retry_after_s
    assert 1 <= wait_s <= 3
    until(lambda: gate.now_ms() >= asked_ms + (wait_s - 1) * 1000 - 150)
    if wait_s > 1:
        gate.refused()
    # `limits` still counts a window in the millisecond in which its key has a TTL of 0.
    until(lambda: gate.now_ms() > asked_ms + wait_s * 1000 + 1)
    gate.take()


@pytest.mark.parametrize("setting", ["phone", "ip", "client", "daily"])
@pytest.mark.parametrize("limit", ["1 per minute", "3 per 15 minutes", "7 per hour", "20 per day"])
@pytest.mark.parametrize("rhythm", [0.0, 0.07, 0.21])
def test_the_wait_is_true_whatever_came_before(gate, setting, limit, rhythm):
    gate.limits(**{setting: limit})
    window_s = {"minute": 60, "minutes": 900, "hour": 3_600, "day": 86_400}[
        limit.rsplit(maxsplit=1)[-1]
    ]
    amount = int(limit.split(maxsplit=1)[0])
    for _ in range(3):
        for _ in range(amount):
            gate.take()
            gate.pass_time(rhythm * window_s / amount)
        wait_s = gate.refused().retry_after_s
        gate.pass_time(max(0.0, wait_s - 1.3))
        if wait_s > 1:
            gate.refused()
        gate.pass_time(min(1.3, wait_s))
        gate.take().give_back()
        gate.pass_time(2 * window_s)


@st.composite
def refused_windows(draw):
    """A state of a sliding window counter, in milliseconds, that has no place."""
    limit, window_s = draw(st.integers(1, 60)), draw(st.sampled_from([1, 2, 60, 900, 86_400]))
    left_ms = draw(st.integers(1, window_s * 1000 - 1))
    previous = draw(st.integers(0, limit))
    weight = previous * left_ms // (window_s * 1000)
    current = draw(st.integers(limit - weight, limit))
    model = SlidingModel(limit, window_s * 1000, previous, left_ms, current)
    assert not model.has_place()
    return model


@given(refused_windows(), st.floats(0, 1, exclude_max=True))
@example(SlidingModel(1, 1_000, 0, 1, 1), 0.5)
@example(SlidingModel(3, 900_000, 3, 899_999, 1), 0.999)
def test_the_wait_for_a_sliding_window_is_exact(refused: SlidingModel, fraction: float):
    wait_s = sliding_wait_s(
        refused.limit,
        refused.window_ms // 1000,
        refused.previous,
        refused.left_ms / 1000,
        refused.current,
        (refused.left_ms + refused.window_ms) / 1000,
    )
    assert 0 <= wait_s <= 2 * refused.window_ms / 1000
    wait_ms = wait_s * 1000
    assert refused.later(int(wait_ms) + STRICTLY_AFTER_MS).has_place()
    assert not refused.later(int(fraction * max(0.0, wait_ms - 1))).has_place()
