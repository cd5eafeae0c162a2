"""WEB_TIME_ZONE: the office's zone."""

from datetime import UTC

import pytest

from tests.unit.settings.conftest import fault_of


def test_without_one_it_is_utc(load):
    assert load().time_zone is UTC


def test_a_zone_by_its_name(load):
    assert str(load(WEB_TIME_ZONE="America/New_York").time_zone) == "America/New_York"


@pytest.mark.parametrize("name", ["Florida", "../etc/passwd", "/etc/passwd", "America"])
def test_any_other_stops_the_start(load, name):
    assert "WEB_TIME_ZONE: must be a time zone" in fault_of(load, WEB_TIME_ZONE=name)
