"""Whole hours and days, and what they add up to."""

import pytest

from otp_service.domain.audit_query import Period
from otp_service.domain.audit_summary import Granularity, summary_of, summary_range
from otp_service.domain.errors import InvalidRequestError

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
NOW_MS = 20_000 * DAY_MS + 5 * HOUR_MS + 123


def test_by_itself_a_summary_covers_thirty_days_up_to_this_one():
    range_ = summary_range("day", Period(), NOW_MS)
    assert (range_.by, range_.count) == (Granularity.DAY, 30)
    assert range_.until_ms == 20_001 * DAY_MS
    assert range_.since_ms == range_.starts_ms[0] == 19_971 * DAY_MS
    assert range_.starts_ms[-1] == 20_000 * DAY_MS


def test_by_itself_a_summary_by_hour_covers_a_day_up_to_this_hour():
    range_ = summary_range("hour", Period(), NOW_MS)
    assert (range_.count, range_.until_ms) == (24, 20_000 * DAY_MS + 6 * HOUR_MS)


@pytest.mark.parametrize(
    ("since_ms", "until_ms", "first", "count"),
    [
        (5 * DAY_MS, 6 * DAY_MS, 5, 1),
        (5 * DAY_MS, 6 * DAY_MS + 1, 5, 2),
        (5 * DAY_MS + 1, 6 * DAY_MS, 5, 1),
        (6 * DAY_MS - 1, 6 * DAY_MS, 5, 1),
        (6 * DAY_MS - 1, 6 * DAY_MS + 1, 5, 2),
        (None, 6 * DAY_MS, 0, 6),
        (19_999 * DAY_MS, None, 19_999, 2),
    ],
)
def test_a_summary_covers_the_days_that_its_period_touches(since_ms, until_ms, first, count):
    range_ = summary_range("day", Period(since_ms, until_ms), NOW_MS)
    assert (range_.first, range_.count) == (first, count)


@pytest.mark.parametrize(
    ("by", "period", "reason"),
    [
        ("week", Period(), "by must be one of: hour, day."),
        ("hour", Period(NOW_MS - 15 * DAY_MS), "A summary by hour covers at most 360 hours."),
        ("day", Period(0), "A summary by day covers at most 400 days."),
        ("day", Period(NOW_MS + DAY_MS), "until must be after since."),
    ],
)
def test_a_range_that_cannot_be_is_refused_with_its_reason(by, period, reason):
    with pytest.raises(InvalidRequestError) as refused:
        summary_range(by, period, NOW_MS)
    assert refused.value.message == reason


def test_the_total_is_the_sum_of_the_stretches():
    range_ = summary_range("day", Period(5 * DAY_MS, 8 * DAY_MS), NOW_MS)
    days = [
        {"send_accepted||US": 2, "to_login|3|": 2, "login_succeeded|staff|US": 2},
        {},
        {"send_accepted||US": 2, "send_accepted||MX": 4, "to_login|3|": 1},
    ]
    summary = summary_of(range_, days)
    assert [stretch.figures.accepted for stretch in summary.stretches] == [2, 0, 6]
    assert [stretch.start_ms for stretch in summary.stretches] == range_.starts_ms
    assert [stretch.to_login.count for stretch in summary.stretches] == [2, 0, 1]
    assert (summary.total.figures.accepted, summary.total.to_login.count) == (8, 3)
    assert (summary.total.start_ms, summary.total.figures.conversion) == (5 * DAY_MS, 0.25)
    accepted = {country: one.accepted for country, one in summary.countries.items()}
    assert accepted == {"MX": 4, "US": 4}
