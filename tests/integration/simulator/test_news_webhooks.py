"""What Meta tells of templates, numbers and accounts, ordered by a test or because it happened."""

from typing import Any

import pytest

NOW = 1_760_000_000
KINDS = {
    "message_template_status_update": "event",
    "message_template_quality_update": "new_quality_score",
    "phone_number_quality_update": "event",
    "account_update": "event",
    "account_alerts": "alert_info",
    "message_template_components_update": "message_template_footer",
    "template_category_update": "new_category",
    "phone_number_name_update": "decision",
    "business_capability_update": "max_daily_conversations_per_business",
    "account_review_update": "decision",
    "security": "event",
}


@pytest.mark.parametrize(("field", "member"), KINDS.items())
def test_news_can_be_ordered(telling: Any, receiver: Any, field: str, member: str) -> None:
    telling.control(send_webhook={"field": field, "value": {}})
    entry = receiver.wait_for_bodies(1)[0].json["entry"][0]

    assert (entry["id"], entry["time"]) == ("102290129340398", NOW)
    [change] = entry["changes"]
    assert change["field"] == field
    assert change["value"][member]


def test_news_can_be_ordered_with_values_and_a_time(telling: Any, receiver: Any) -> None:
    value = {"event": "REJECTED", "reason": "SCAM", "message_template_language": "es"}
    order = {"field": "message_template_status_update", "value": value, "time": 1_700_000_000}
    telling.control(send_webhook=order)
    entry = receiver.wait_for_bodies(1)[0].json["entry"][0]

    assert entry["time"] == 1_700_000_000
    told = entry["changes"][0]["value"]
    assert told["message_template_name"] == "shamrock_auth"
    assert value.items() <= told.items()


def test_any_messages_value_can_be_ordered(telling: Any, receiver: Any) -> None:
    """For what the simulator never does by itself, such as a failure after the delivery."""
    value = {"messaging_product": "whatsapp", "errors": [{"code": 131000}]}
    telling.control(send_webhook={"field": "messages", "value": value})

    entry = receiver.wait_for_bodies(1)[0].json["entry"][0]
    assert entry["changes"] == [{"field": "messages", "value": value}]
    assert "time" not in entry


def test_template_that_is_paused(telling: Any, receiver: Any) -> None:
    telling.control(template_status="PAUSED")
    changes = [received.changes[0] for received in receiver.wait_for_bodies(2)]

    assert {change["field"] for change in changes} == {"message_template_status_update"}
    assert {change["value"]["event"] for change in changes} == {"PAUSED"}
    languages = {change["value"]["message_template_language"] for change in changes}
    assert languages == {"en_US", "es"}


def test_template_whose_quality_falls(telling: Any, receiver: Any) -> None:
    template = {"name": "shamrock_auth", "language": "en_US", "quality": "RED"}
    telling.control(template=template)
    [change] = receiver.wait_for_bodies(1)[0].changes

    assert change["field"] == "message_template_quality_update"
    assert change["value"]["new_quality_score"] == "RED"


@pytest.mark.parametrize(
    ("order", "field", "event"),
    [
        ({"number": {"quality_rating": "RED"}}, "phone_number_quality_update", "FLAGGED"),
        ({"account": {"status": "INACTIVE"}}, "account_update", "DISABLED_UPDATE"),
        ({"number": {"pin": "482913"}}, "security", "PIN_CHANGED"),
    ],
)
def test_account_that_changes(
    telling: Any, receiver: Any, order: dict[str, Any], field: str, event: str
) -> None:
    telling.control(**order)
    entry = receiver.wait_for_bodies(1)[0].json["entry"][0]

    assert entry["time"] == NOW
    assert entry["changes"][0]["field"] == field
    assert entry["changes"][0]["value"]["event"] == event


def test_template_that_is_edited_and_moved(telling: Any, receiver: Any) -> None:
    template = {"name": "shamrock_auth", "language": "en_US"}
    telling.control(template=template | {"category": "UTILITY", "code_expiration_minutes": 5})
    told = [received.changes[0] for received in receiver.wait_for_bodies(2)]
    values = {change["field"]: change["value"] for change in told}

    category = values["template_category_update"]
    assert category["previous_category"] == "AUTHENTICATION"
    assert category["new_category"] == "UTILITY"
    components = values["message_template_components_update"]
    assert "5 minutes" in components["message_template_footer"]


def test_account_alert(telling: Any, receiver: Any) -> None:
    telling.control(account_alert="INCREASED_CAPABILITIES_ELIGIBILITY_FAILED")
    [change] = receiver.wait_for_bodies(1)[0].changes

    assert change["field"] == "account_alerts"
    assert change["value"]["alert_info"]["alert_type"].endswith("FAILED")
