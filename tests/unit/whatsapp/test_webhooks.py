"""What one signed body tells: everything that is of use, whatever stands around it."""

from typing import Any

import pytest

from otp_service.whatsapp.webhooks import (
    DisownedPasscode,
    MessageStatus,
    Webhook,
    parse_webhook,
)
from tests.webhook_bodies import (
    body_of,
    change,
    entry,
    error,
    messages,
    press,
    status,
    statuses,
)

SENT = MessageStatus("wamid.A", "sent", 1_760_000_000, "label")


def reports_of(*items: Any) -> list[MessageStatus]:
    return parse_webhook(body_of(entry(statuses(*items)))).statuses


def test_a_status_says_of_which_message_what_and_when():
    assert parse_webhook(body_of(entry(statuses(status())))) == Webhook(statuses=[SENT])


@pytest.mark.parametrize("word", ["sent", "delivered", "read", "failed"])
def test_every_status_that_a_template_can_have_is_read(word):
    assert [report.status for report in reports_of(status(word))] == [word]


def test_all_entries_changes_and_statuses_of_a_body_are_read_in_order():
    ids = [f"wamid.{n}" for n in range(8)]
    items = [status(id=wamid) for wamid in ids]
    first = entry(statuses(*items[:3]), statuses(items[3]))
    raw = body_of(first, entry(), entry(statuses(*items[4:])))
    assert [report.wamid for report in parse_webhook(raw).statuses] == ids


def test_a_thousand_statuses_in_one_body_are_all_read():
    items = [status(id=f"wamid.{n}") for n in range(1_000)]
    assert [report.wamid for report in reports_of(*items)] == [item["id"] for item in items]


def test_an_instant_may_be_digits_or_a_number():
    assert (
        reports_of(status(timestamp="1760000000"), status(timestamp=1_760_000_000)) == [SENT] * 2
    )


def test_a_person_known_by_another_id_than_their_number_is_reported_on_all_the_same():
    item = status(recipient_user_id="US.13491208655302741918")
    del item["recipient_id"]
    contact = {"profile": {"name": "A"}, "user_id": "US.13491208655302741918"}
    value = statuses(item, contacts=[contact])
    assert parse_webhook(body_of(entry(value))) == Webhook(statuses=[SENT])


def test_a_failed_message_says_why_in_the_first_of_its_errors():
    failed = status("failed", errors=[error(131026), error(131000)])
    assert [report.error_code for report in reports_of(failed)] == [131026]


@pytest.mark.parametrize(
    "errors", [None, [], "131026", [131026], [{}], [error(None)], [error([])]]
)
def test_a_failed_message_that_does_not_say_why_has_failed_all_the_same(errors):
    (report,) = reports_of(status("failed", errors=errors))
    assert (report.status, report.error_code) == ("failed", None)


def test_an_error_beside_a_message_that_did_not_fail_is_not_its_reason():
    assert reports_of(status(errors=[error(131026)])) == [SENT]


@pytest.mark.parametrize("label", [None, 7, ["label"], {}])
def test_a_message_without_a_label_of_text_is_of_somebody_else(label):
    assert reports_of(status(biz_opaque_callback_data=label))[0].callback_data is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"id": 7},
        {"id": "wamid.\ud800"},
        {"status": None},
        {"status": "played"},
        {"status": "SENT"},
        {"status": []},
        {"status": {}},
        {"timestamp": None},
        {"timestamp": ""},
        {"timestamp": True},
        {"timestamp": "soon"},
        {"timestamp": "-1"},
        {"timestamp": 1.5},
        {"timestamp": "1" * 13},
        {"timestamp": "١٧٦٠"},
    ],
)
def test_a_status_that_cannot_be_read_is_counted_and_the_next_one_is_read(wrong):
    webhook = parse_webhook(body_of(entry(statuses(status(**wrong), status()))))
    assert webhook == Webhook(statuses=[SENT], ignored={"status": 1})


def test_the_button_names_the_message_it_stands_under_and_who_pressed_it():
    webhook = parse_webhook(body_of(entry(messages(press()))))
    assert webhook == Webhook(disowned=[DisownedPasscode("wamid.OTP", "12395550100")])


def test_a_person_without_a_number_can_press_the_button():
    pressed = press() | {"from_user_id": "US.1"}
    del pressed["from"]
    webhook = parse_webhook(body_of(entry(messages(pressed))))
    assert webhook.disowned == [DisownedPasscode("wamid.OTP", None)]


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text", "text": {"body": "DID_NOT_REQUEST_CODE"}},
        press(payload="OTHER"),
        press(payload=None),
        press(payload=["DID_NOT_REQUEST_CODE"]),
        press(wamid=None),
        press(wamid=["wamid.OTP"]),
        press(wamid="\udc00"),
        press() | {"context": None},
        press() | {"context": "wamid.OTP"},
        press() | {"button": "DID_NOT_REQUEST_CODE"},
        {"type": "system", "system": {"type": "user_changed_number", "wa_id": "12395550111"}},
        {"type": "unsupported", "errors": [error(131051)]},
    ],
)
def test_every_other_message_is_counted(message):
    assert parse_webhook(body_of(entry(messages(message)))) == Webhook(ignored={"message": 1})


def test_unknown_fields_and_kinds_are_counted_by_kind():
    unknown = change("flows", {"event": "new"})
    raw = body_of(
        entry(unknown, unknown, change("messages", None), change("messages", []), {"value": {}}),
        entry(statuses(status("played"), errors=[error(130429)], of_tomorrow=[{}])),
    )
    counted = {"field": 2, "change": 3, "status": 1, "error": 1}
    assert parse_webhook(raw) == Webhook(ignored=counted)
