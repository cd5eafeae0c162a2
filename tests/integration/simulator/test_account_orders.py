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
    told = [c.value for c in seen if c.field == "phone_number_quality_update"]
    assert [value["event"] for value in told] == events
    for value in told:
        assert value["display_phone_number"] == "15550783881"
        assert value["old_limit"] == "TIER_2K"
    before = len(seen)
    account.change_number(**change)
    assert len(seen) == before


@pytest.mark.parametrize(
    ("limit", "numbers"),
    [
        ("TIER_250", {"max_phone_numbers_per_business": 2}),
        ("TIER_10K", {"max_phone_numbers_per_waba": 20}),
    ],
)
def test_another_limit_is_another_capability(limit: str, numbers: dict[str, int]):
    account, seen = _watched()
    account.change_number(whatsapp_business_manager_messaging_limit=limit)
    value = {"max_daily_conversations_per_business": limit} | numbers
    assert AccountChange("business_capability_update", value) in seen


@pytest.mark.parametrize(
    ("status", "decision", "reason"),
    [
        ("DECLINED", "REJECTED", "NAME_NOT_CONSISTENT"),
        ("PENDING_REVIEW", "PENDING", None),
        ("A_STATUS_OF_TOMORROW", "A_STATUS_OF_TOMORROW", None),
    ],
)
def test_what_becomes_of_the_name_is_reported(status: str, decision: str, reason: str | None):
    account, seen = _watched()
    account.change_number(name_status=status)
    (change,) = seen
    assert change.field == "phone_number_name_update"
    assert (change.value["decision"], change.value["rejection_reason"]) == (decision, reason)


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
    told = [change for change in seen if change.field == "account_update"]
    assert told == [AccountChange("account_update", {"event": event})]
    account.change_facts(account_review_status="APPROVED", status="ACTIVE")
    assert [change for change in seen if change.field == "account_update"] == told


def test_the_outcome_of_a_review_is_reported():
    account, seen = _watched()
    account.change_facts(account_review_status="REJECTED")
    assert seen[0] == AccountChange("account_review_update", {"decision": "REJECTED"})


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
