"""Meta's news of account, number and template: kept in its words, and without numbers."""

import pytest

from otp_service.whatsapp.webhooks import AccountChange, Webhook, parse_webhook
from tests.webhook_bodies import body_of, change, entry


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        (
            "message_template_status_update",
            {
                "event": "PAUSED",
                "message_template_id": 12345678,
                "message_template_name": "shamrock_auth",
                "message_template_language": "en-US",
                "reason": None,
                "other_info": {"title": "FIRST_PAUSE"},
            },
            {
                "event": "PAUSED",
                "message_template_id": "12345678",
                "message_template_name": "shamrock_auth",
                "message_template_language": "en-US",
            },
        ),
        (
            "message_template_quality_update",
            {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
            {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
        ),
        (
            "phone_number_quality_update",
            {"display_phone_number": "15550783881", "event": "DOWNGRADE", "old_limit": "TIER_1K"},
            {"event": "DOWNGRADE", "old_limit": "TIER_1K"},
        ),
        ("account_update", {"event": "ACCOUNT_RESTRICTION"}, {"event": "ACCOUNT_RESTRICTION"}),
        (
            "account_alerts",
            {"alert_type": "OBA_APPROVED", "alert_severity": "INFORMATIONAL", "entity_id": 123},
            {"alert_type": "OBA_APPROVED", "alert_severity": "INFORMATIONAL"},
        ),
        (
            "account_alerts",
            {"entity_type": "BUSINESS", "alert_info": {"alert_severity": "WARNING", "alert": 1}},
            {"entity_type": "BUSINESS", "alert_severity": "WARNING"},
        ),
        (
            "message_template_components_update",
            {"message_template_id": 12345678, "message_template_footer": "In 5 minutes."},
            {"message_template_id": "12345678"},
        ),
        (
            "template_category_update",
            {
                "message_template_name": "shamrock_auth",
                "new_category": "AUTHENTICATION",
                "correct_category": "UTILITY",
                "category_update_timestamp": 1_760_711_433,
            },
            {
                "message_template_name": "shamrock_auth",
                "new_category": "AUTHENTICATION",
                "correct_category": "UTILITY",
                "category_update_timestamp": "1760711433",
            },
        ),
        (
            "phone_number_name_update",
            {
                "display_phone_number": "15550783881",
                "decision": "APPROVED",
                "requested_verified_name": "Shamrock Bail Bonds",
                "rejection_reason": None,
            },
            {"decision": "APPROVED", "requested_verified_name": "Shamrock Bail Bonds"},
        ),
        (
            "business_capability_update",
            {"max_daily_conversation_per_phone": -1, "max_phone_numbers_per_waba": 25},
            {"max_daily_conversation_per_phone": "-1", "max_phone_numbers_per_waba": "25"},
        ),
        ("account_review_update", {"decision": "REJECTED"}, {"decision": "REJECTED"}),
        (
            "security",
            {"display_phone_number": "15550783881", "event": "PIN_CHANGED", "requester": "6155"},
            {"event": "PIN_CHANGED"},
        ),
    ],
)
def test_news_of_the_account_keeps_what_happened_and_no_number(name, value, detail):
    raw = body_of(entry(change(name, value), time=1_760_000_000))
    told = AccountChange(name, 1_760_000_000, detail)
    assert parse_webhook(raw) == Webhook(account_changes=[told])


def test_a_change_of_quality_under_the_name_of_the_status_webhook_is_one_of_quality():
    value = {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"}
    raw = body_of(entry(change("message_template_status_update", value)))
    told = AccountChange("message_template_quality_update", None, value)
    assert parse_webhook(raw).account_changes == [told]


def test_a_long_text_of_the_account_is_cut():
    raw = body_of(entry(change("account_update", {"event": "X" * 10_000})))
    assert parse_webhook(raw).account_changes[0].detail == {"event": "X" * 256}
