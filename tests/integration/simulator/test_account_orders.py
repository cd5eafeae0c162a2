"""Ordering the account to go wrong, and the webhooks that such a change would send."""

from typing import Any

import pytest

from otp_service.simulator.account import AccountChange, AccountState
from tests.integration.simulator.account_calls import ACCOUNT, NUMBER, AccountCalls
from tests.integration.simulator.conftest import SETTINGS


def test_the_number_takes_whatever_is_ordered(simulator: Any):
    graph = AccountCalls(simulator)
    ordered = {
        "quality_rating": "RED",
        "status": "FLAGGED",
        "whatsapp_business_manager_messaging_limit": "TIER_250",
        "name_status": "A_STATUS_OF_TOMORROW",
    }
    simulator.control(number=ordered)
    assert graph.get(NUMBER, fields=",".join(ordered)).json() == ordered
    assert simulator.control(account_alert="OBA_REJECTED").status_code == 200
    simulator.control(account={"account_review_status": "REJECTED"})
    assert graph.get(ACCOUNT, fields="account_review_status").json() == {
        "account_review_status": "REJECTED"
    }


@pytest.mark.parametrize(
    "order",
    [
        {"number": {}},
        {"number": "RED"},
        {"number": {"colour": "RED"}},
        {"number": {"quality_rating": 1}},
        {"number": {"identity_key_check": "yes"}},
        {"account": {"is_enabled_for_insights": 1}},
        {"token": {"expires_at": "never"}},
        {"token": {"scopes": "all"}},
        {"health": "BLOCKED"},
        {"health": {"MOON": "BLOCKED"}},
        {"health": {"WABA": "FINE"}},
        {"account_alert": ""},
        {"management_limit": -1},
        {"management_limit": True},
        {"unknown_fields": "id"},
        {"unknown_fields": [1]},
    ],
)
def test_a_wrong_order_changes_nothing_and_says_which_member(simulator: Any, order: Any):
    answer = simulator.control(**order)
    assert answer.status_code == 400
    assert next(iter(order)) in answer.json()["error"]


@pytest.mark.parametrize(
    ("change", "events"),
    [
        ({"quality_rating": "RED"}, ["FLAGGED"]),
        ({"quality_rating": "YELLOW"}, []),
        ({"whatsapp_business_manager_messaging_limit": "TIER_10K"}, ["UPGRADE"]),
        ({"whatsapp_business_manager_messaging_limit": "TIER_250"}, ["DOWNGRADE"]),
        ({"whatsapp_business_manager_messaging_limit": "TIER_OF_TOMORROW"}, []),
        ({"throughput": "HIGH"}, ["THROUGHPUT_UPGRADE"]),
        ({"status": "FLAGGED"}, []),
        (
            {"quality_rating": "RED", "whatsapp_business_manager_messaging_limit": "TIER_250"},
            ["FLAGGED", "DOWNGRADE"],
        ),
    ],
)
def test_a_change_of_the_number_is_reported(change: dict[str, str], events: list[str]):
    account, seen = _watched()
    account.change_number(**change)
    assert [c.field for c in seen] == ["phone_number_quality_update"] * len(events)
    assert [c.value["event"] for c in seen] == events
    for reported in seen:
        assert reported.value["display_phone_number"] == "15550783881"
        assert reported.value["old_limit"] == "TIER_2K"
    account.change_number(**change)
    assert len(seen) == len(events)


def test_a_number_that_recovers_is_unflagged():
    account, seen = _watched()
    account.change_number(quality_rating="RED")
    account.change_number(quality_rating="GREEN")
    assert [change.value["event"] for change in seen] == ["FLAGGED", "UNFLAGGED"]


def test_a_new_pin_is_a_security_event():
    account, seen = _watched()
    account.change_number(pin="123456")
    (change,) = seen
    assert (change.field, change.value["event"]) == ("security", "PIN_CHANGED")
    assert "123456" not in str(seen)
    assert "123456" not in repr(account.number)


@pytest.mark.parametrize(
    ("change", "event"),
    [
        ({"account_review_status": "RESTRICTED"}, "ACCOUNT_RESTRICTION"),
        ({"account_review_status": "REJECTED"}, "ACCOUNT_VIOLATION"),
        ({"status": "INACTIVE"}, "DISABLED_UPDATE"),
    ],
)
def test_a_change_of_the_account_is_reported(change: dict[str, str], event: str):
    account, seen = _watched()
    account.change_facts(**change)
    account.change_facts(**change)
    assert seen == [AccountChange("account_update", {"event": event})]
    account.change_facts(account_review_status="APPROVED", status="ACTIVE")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("outcome", "severity"), [("FAILED", "CRITICAL"), ("DEFERRED", "WARNING")]
)
def test_a_refused_rise_of_the_limit_is_an_alert(outcome: str, severity: str):
    account, seen = _watched()
    account.raise_alert(f"INCREASED_CAPABILITIES_ELIGIBILITY_{outcome}")
    (change,) = seen
    assert change.field == "account_alerts"
    assert change.value["entity_type"] == "BUSINESS"
    assert change.value["alert_info"]["alert_severity"] == severity


def _watched() -> tuple[AccountState, list[AccountChange]]:
    account = AccountState(SETTINGS)
    seen: list[AccountChange] = []
    account.on_change(seen.append)
    return account, seen
