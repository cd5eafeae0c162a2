"""What a webhook tells of the people behind numbers: who got a message, and what has changed."""

import pytest

from otp_service.whatsapp.messages.payload import message_payload
from otp_service.whatsapp.messages.text import text_message
from otp_service.whatsapp.wa_id import dialled_numbers
from otp_service.whatsapp.webhooks import PersonChange, Webhook, parse_webhook
from tests.webhook_bodies import body_of, entry, messages, status, statuses

CHANGED = {
    "from": "12395550100",
    "id": "wamid.S",
    "timestamp": "1760000030",
    "type": "system",
    "system": {"type": "user_changed_number", "wa_id": "12395550111", "body": "changed"},
}


def read(item) -> Webhook:
    return parse_webhook(body_of(entry(messages(item))))


@pytest.mark.parametrize(
    "kind", ["user_changed_number", "user_changed_user_id", "customer_identity_changed"]
)
def test_a_change_says_what_of_whom_and_when(kind):
    expected = PersonChange("wamid.S", kind, "12395550100", 1_760_000_030)
    assert read(CHANGED | {"system": {"type": kind}}) == Webhook(person_changes=[expected])


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "text"},
        {"system": None},
        {"system": {"type": ["user_changed_number"]}},
        {"system": {"type": "user_changed_name"}},
        {"from": None},
        {"from": "+12395550100"},
        {"from": "1" * 16},
        {"from": "²39555"},
        {"id": ""},
        {"timestamp": "soon"},
    ],
)
def test_what_says_no_such_thing_is_counted(odd):
    assert read(CHANGED | odd) == Webhook(ignored={"message": 1})


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Zm9ybWVy=", "Zm9ybWVy="),
        ("h" * 256, "h" * 256),
        ("h" * 257, None),
        ("", None),
        (7, None),
        ("a\nb", None),
        ("é", None),
    ],
)
def test_an_identity_is_kept_as_it_came_or_not_at_all(told, kept):
    item = status(recipient_identity_key_hash=told)
    (report,) = parse_webhook(body_of(entry(statuses(item)))).statuses
    assert report.identity_hash == kept
    assert "Zm9ybWVy" not in repr(report)


def test_a_message_can_be_for_one_identity_alone():
    content = text_message("Hello", preview_url=False)
    payload = message_payload("+12395550100", content, identity_key_hash="Zm9ybWVy=")
    assert payload["recipient_identity_key_hash"] == "Zm9ybWVy="
    assert "recipient_identity_key_hash" not in message_payload("+12395550100", content)


@pytest.mark.parametrize(
    ("wa_id", "numbers"),
    [
        ("12395550100", ["+12395550100"]),
        ("5215512345678", ["+5215512345678", "+525512345678"]),
        ("525512345678", ["+525512345678"]),
        ("551161234567", ["+551161234567", "+5511961234567"]),
        ("5511961234567", ["+5511961234567"]),
        ("551132345678", ["+551132345678"]),
    ],
)
def test_a_number_as_meta_writes_it_is_one_that_can_be_dialled(wa_id, numbers):
    assert dialled_numbers(wa_id) == numbers
