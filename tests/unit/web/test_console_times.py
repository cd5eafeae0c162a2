"""Times in the office's zone, and how long things took."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from otp_service.domain.errors import InvalidRequestError
from otp_service.web.console.times import Times
from otp_service.web.languages import speak

pytestmark = pytest.mark.usefixtures("english")
FLORIDA = Times(ZoneInfo("America/New_York"))
# 2026-11-21 03:04:05.678 UTC: still the evening before in Florida.
AT_MS = 1795230245678


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def test_an_instant_is_told_in_the_offices_zone() -> None:
    assert plain(FLORIDA.moment(AT_MS)) == "Nov 20, 2026, 10:04:05 PM"
    assert plain(Times(UTC).moment(AT_MS)) == "Nov 21, 2026, 3:04:05 AM"
    assert plain(FLORIDA.hour(AT_MS)) == "10:04 PM"
    assert plain(FLORIDA.day_and_hour(AT_MS)) == "11/20/26, 10:04 PM"
    assert FLORIDA.day(AT_MS) == "Nov 20"
    assert FLORIDA.zone_name == "America/New_York"


def test_a_day_of_the_audit_is_a_utc_day_wherever_the_office_is() -> None:
    assert FLORIDA.utc_day(AT_MS) == "Nov 21"


def test_machines_are_told_in_utc() -> None:
    assert FLORIDA.iso(AT_MS) == "2026-11-21T03:04:05.678+00:00"


def test_it_is_told_in_the_readers_language() -> None:
    speak("es")
    assert FLORIDA.day(AT_MS) == "20 nov"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 sec"),
        (0.0124, "12 ms"),
        (1.44, "1.4 sec"),
        (42.4, "42 sec"),
        (61, "61 sec"),
        (600, "10 min"),
        (601, "11 min"),
        (7200, "2 hr"),
        (86400, "24 hr"),
    ],
)
def test_a_duration_is_as_precise_as_anybody_cares(seconds: float, told: str) -> None:
    assert FLORIDA.duration(seconds) == told


def test_a_field_is_read_in_the_offices_zone_and_shown_again_as_it_was() -> None:
    read = FLORIDA.entered("2026-07-01T08:30")
    assert read == "2026-07-01T08:30:00-04:00"
    assert FLORIDA.shown_in_field(read) == "2026-07-01T08:30"
    assert (FLORIDA.entered(""), FLORIDA.shown_in_field(None)) == (None, "")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00", "12395550100"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        FLORIDA.entered(text)
