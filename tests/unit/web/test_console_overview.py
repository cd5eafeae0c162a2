"""What the overview makes of the audit's figures."""

from datetime import UTC

import pytest

from otp_service.domain.audit_figures import Counters
from otp_service.domain.audit_summary import Granularity, Summary, SummaryRange, summary_of
from otp_service.web.console.overview import SPANS, Chart, charts_of, tiles_of
from otp_service.web.console.times import Times

pytestmark = pytest.mark.usefixtures("english")
TIMES = Times(UTC)


def of_a_day(counters: Counters) -> Summary:
    return summary_of(SummaryRange(Granularity.DAY, 20778, 1), [counters])


def chart(name: str, counters: Counters) -> Chart:
    return next(one for one in charts_of(of_a_day(counters), TIMES) if one.name == name)


def test_failures_without_a_number_of_metas_are_counted_as_such() -> None:
    counters = {"send_failed|delivery_unavailable|US": 2, "delivery_failed|x:131026|US": 5}
    assert chart("failures", counters).table.rows == [
        ("131026 Message undeliverable", "5"),
        ("without a number of Meta's", "2"),
    ]


def test_the_funnel_is_of_those_who_asked() -> None:
    counters = {
        "send_requested||US": 8,
        "send_accepted||US": 6,
        "delivery_delivered|arrived|US": 4,
        "login_succeeded|indemnitor|US": 2,
    }
    shares = [row[2] for row in chart("funnel", counters).table.rows]
    assert shares == ["100%", "75%", "50%", "25%"]


def test_countries_are_listed_by_how_many_asked() -> None:
    counters = {"send_requested||MX": 3, "send_requested||US": 9, "send_requested||CA": 3}
    assert [row[0] for row in chart("countries", counters).table.rows] == ["US", "CA", "MX"]


def test_waits_are_told_half_and_ninety_five_of_a_hundred() -> None:
    waits = chart("login", {"to_login|20|": 90, "to_login|30|": 10})
    ((day, half, most, count),) = waits.table.rows
    assert (day, count) == ("Nov 21", "100")
    assert (half, most) == ("7.9 sec", "73 sec")


def test_where_nothing_happened_nothing_is_drawn_or_divided() -> None:
    assert all(one.svg is None for one in charts_of(of_a_day({}), TIMES))
    figures = {
        tile.name: (tile.figure, tile.detail) for tile in tiles_of(of_a_day({}).total, TIMES)
    }
    assert figures["Logins"] == ("0", "")
    assert figures["Login takes"] == ("-", "")


def test_a_late_arrival_after_a_failure_is_said() -> None:
    total = of_a_day({"delivery_delivered|after_failure|US": 1}).total
    told = {tile.name: tile.detail for tile in tiles_of(total, TIMES)}
    assert told["Not delivered"] == "1 arrived later all the same"


@pytest.mark.parametrize(("name", "hours"), [("24h", 23), ("14d", 335), ("30d", 29 * 24)])
def test_a_span_begins_so_that_now_is_its_last_hour_or_day(name: str, hours: int) -> None:
    assert int(SPANS[name].since(1_795_000_000.9)) == 1_795_000_000 - hours * 3600
