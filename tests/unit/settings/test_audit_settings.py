"""How often anchors of the audit are made."""

import pytest

from tests.unit.settings.conftest import fault_of


def test_anchors_are_made_every_minute_unless_told_otherwise(load):
    assert load().audit_anchor_interval == 60
    assert load(AUDIT_ANCHOR_INTERVAL="0.5").audit_anchor_interval == 0.5


@pytest.mark.parametrize("interval", ["0", "-1", "3601", "often", "nan"])
def test_an_interval_that_is_none_is_refused(load, interval):
    assert "AUDIT_ANCHOR_INTERVAL: " in fault_of(load, AUDIT_ANCHOR_INTERVAL=interval)
