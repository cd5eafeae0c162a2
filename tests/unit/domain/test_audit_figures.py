"""The audit's counters, read as figures and waiting times."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.domain.audit_figures import (
    Figures,
    figures_by_country,
    figures_of,
    waiting_times,
)


def bucket_of(seconds: float) -> int:
    """As adapters/lua/audit.lua counts a duration."""
    return max(0, math.ceil(math.log(max(seconds * 1000, 1) / 100) / math.log(1.25)))


def counted(name: str, seconds: list[float]) -> dict[str, int]:
    counters: dict[str, int] = {}
    for one in seconds:
        key = f"{name}|{bucket_of(one)}|"
        counters[key] = counters.get(key, 0) + 1
    return counters


def test_nothing_counted_is_all_zeros_and_no_conversion():
    assert figures_of({}) == Figures()
    assert Figures().conversion is None


@pytest.mark.parametrize(
    ("counter", "expected"),
    [
        ("send_requested||US", Figures(requested=3)),
        ("resend_requested||US", Figures(requested=3)),
        ("send_accepted||US", Figures(accepted=3)),
        ("delivery_sent||US", Figures()),
        ("delivery_delivered|arrived|US", Figures(delivered=3)),
        ("delivery_delivered|after_failure|US", Figures(delivered=3, arrived_after_failure=3)),
        ("delivery_read||US", Figures(read=3)),
        ("delivery_read|arrived|US", Figures(read=3, delivered=3)),
        (
            "delivery_read|after_failure|US",
            Figures(read=3, delivered=3, arrived_after_failure=3),
        ),
        (
            "delivery_failed|recipient_unreachable:131026|US",
            Figures(failed=3, failed_by_meta_code={"131026": 3}),
        ),
        (
            "send_failed|delivery_unavailable:131016|US",
            Figures(failed=3, failed_by_meta_code={"131016": 3}),
        ),
        ("send_failed|delivery_unavailable|US", Figures(failed=3)),
        ("send_unconfirmed||US", Figures()),
        (
            "send_refused|rate_limited:phone|US",
            Figures(rate_limited=3, refused={"rate_limited:phone": 3}),
        ),
        (
            "send_refused|country_not_allowed|GB",
            Figures(requested=3, refused={"country_not_allowed": 3}),
        ),
        ("send_refused|locked|US", Figures(requested=3, refused={"locked": 3})),
        ("attempt_counted||US", Figures()),
        ("attempt_rejected|wrong|US", Figures(wrong=3)),
        ("attempt_refused|none_alive|US", Figures(expired=3, refused={"none_alive": 3})),
        ("attempt_refused|other_request|US", Figures(expired=3, refused={"other_request": 3})),
        ("attempt_refused|already_used|US", Figures(expired=3, refused={"already_used": 3})),
        ("attempt_refused|tries_spent|US", Figures(refused={"tries_spent": 3})),
        ("attempt_refused|locked|US", Figures(refused={"locked": 3})),
        ("number_locked|locked|US", Figures(locked=3)),
        ("login_succeeded|indemnitor|US", Figures(validated=3)),
        ("passcode_disowned|voided|US", Figures(disowned=3)),
        ("person_erased||", Figures()),
        ("to_login|9|", Figures()),
        ("of_a_later_version|reason|US", Figures()),
    ],
)
def test_each_event_counts_where_it_belongs(counter, expected):
    assert figures_of({counter: 3}) == expected


def test_events_of_several_reasons_and_countries_add_up():
    counters = {
        "send_accepted||US": 6,
        "send_accepted||MX": 2,
        "login_succeeded|indemnitor|US": 4,
        "login_succeeded|staff|US": 1,
        "login_succeeded|indemnitor|MX": 1,
        "send_failed|delivery_failed:131049|US": 1,
        "delivery_failed|delivery_failed:131049|MX": 1,
        "delivery_failed|delivery_failed:131047|US": 1,
        "to_login|3|": 5,
        "lockout_cleared||": 1,
    }
    total = figures_of(counters)
    assert (total.accepted, total.validated, total.conversion) == (8, 6, 0.75)
    assert (total.failed, total.failed_by_meta_code) == (3, {"131047": 1, "131049": 2})
    by_country = figures_by_country(counters)
    assert list(by_country) == ["MX", "US"]
    assert by_country["MX"].conversion == 0.5
    assert by_country["US"].conversion == round(5 / 6, 4)
    assert by_country["MX"].failed_by_meta_code == {"131049": 1}


def test_nobody_waited_where_nothing_was_counted():
    to_delivery, to_login = waiting_times({"send_accepted||US": 1})
    assert (to_delivery.count, to_delivery.median_s, to_delivery.p95_s) == (0, None, None)
    assert to_login == to_delivery


def test_the_two_waits_are_told_apart():
    counters = counted("to_delivery", [2.0]) | counted("to_login", [20.0] * 3)
    to_delivery, to_login = waiting_times(counters)
    assert (to_delivery.count, to_login.count) == (1, 3)
    assert to_delivery.median_s == pytest.approx(2, rel=0.25)
    assert to_login.median_s == pytest.approx(20, rel=0.25)


def test_what_took_less_than_a_tenth_of_a_second_is_between_nothing_and_that():
    _, to_login = waiting_times(counted("to_login", [0.001, 0.05, 0.1]))
    assert to_login.median_s is not None
    assert 0 < to_login.median_s <= 0.1


@given(st.lists(st.floats(min_value=0.11, max_value=100_000), min_size=1, max_size=200))
def test_median_and_p95_are_right_to_a_quarter_of_their_value(seconds):
    waited, _ = waiting_times(counted("to_delivery", seconds))
    assert waited.count == len(seconds)
    ordered = sorted(seconds)
    for share, told in ((0.5, waited.median_s), (0.95, waited.p95_s)):
        true = ordered[math.ceil(share * len(ordered)) - 1]
        # Rounded to the millisecond.
        assert true / 1.25 - 0.001 <= told <= true * 1.25 + 0.001
