"""What Meta tells of a message: sent, delivered, read, or failed, each in a signed body."""

import hashlib
import hmac
import time
from dataclasses import replace
from typing import Any

import pytest

from otp_service.simulator.error_codes import ERROR_KINDS
from otp_service.simulator.magic_numbers import FAILS_AFTER_ACCEPTANCE, NETWORK, Answer

ACCEPTED_AT = 1_760_000_000


def test_report_has_the_documented_shape(telling: Any, receiver: Any) -> None:
    wamid = telling.send("+12395550100").json()["messages"][0]["id"]
    body = receiver.wait_for_bodies(1)[0].json

    conversation = body["entry"][0]["changes"][0]["value"]["statuses"][0].pop("conversation")
    assert body == {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "102290129340398",
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": "15550783881",
                                "phone_number_id": "106540352242922",
                            },
                            "statuses": [
                                {
                                    "id": wamid,
                                    "status": "sent",
                                    "timestamp": str(ACCEPTED_AT),
                                    "recipient_id": "12395550100",
                                    "biz_opaque_callback_data": "dlv_01J",
                                    "pricing": {
                                        "billable": True,
                                        "pricing_model": "PMP",
                                        "type": "regular",
                                        "category": "authentication",
                                    },
                                }
                            ],
                        },
                    }
                ],
            }
        ],
    }
    assert conversation.pop("id")
    assert conversation == {
        "expiration_timestamp": str(ACCEPTED_AT + 86400),
        "origin": {"type": "authentication"},
    }


def test_body_is_signed_with_the_app_secret(telling: Any, receiver: Any, settings: Any) -> None:
    telling.send()

    for received in list(receiver.wait_for_bodies(3)):
        mac = hmac.new(settings.app_secret.encode(), received.raw, hashlib.sha256).hexdigest()
        assert received.headers["X-Hub-Signature-256"] == f"sha256={mac}"
        assert received.headers["Content-Type"] == "application/json"


def test_text_is_escaped_before_it_is_signed(telling: Any, receiver: Any) -> None:
    telling.post(telling.payload() | {"biz_opaque_callback_data": "Zoë 🔑"})
    received = receiver.wait_for_bodies(1)[0]

    assert rb"Zo\u00eb \ud83d\udd11" in received.raw
    assert received.listed("statuses")[0]["biz_opaque_callback_data"] == "Zoë 🔑"


def test_each_state_is_told_in_its_order_and_time(
    start: Any, settings: Any, receiver: Any
) -> None:
    simulator = start(replace(settings, webhook_url=receiver.url, webhook_speed=10))
    started_at_s = time.monotonic()
    simulator.send()
    statuses = receiver.wait_for_listed("statuses", 3)

    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert ["pricing" in status for status in statuses] == [True, True, False]
    assert ["conversation" in status for status in statuses] == [True, True, False]
    assert "expiration_timestamp" not in statuses[1]["conversation"]
    # In life 0.4, 1.5 and 6 seconds after the message was taken. Timers are never early.
    after_s = [received.at_s - started_at_s for received in receiver.received]
    assert [late >= due for late, due in zip(after_s, (0.04, 0.15, 0.6), strict=True)] == [
        True
    ] * 3


def test_the_inbox_goes_as_fast_as_the_reports(telling: Any) -> None:
    telling.send()
    telling.clock.now += 0.06

    assert telling.running.inbox("+12395550100")[-1].status == "read"


def test_message_without_callback_data_has_none_in_its_reports(
    telling: Any, receiver: Any
) -> None:
    body = telling.payload()
    del body["biz_opaque_callback_data"]
    telling.post(body)

    assert "biz_opaque_callback_data" not in receiver.wait_for_listed("statuses", 1)[0]


@pytest.mark.parametrize("code", FAILS_AFTER_ACCEPTANCE)
def test_failure_tells_the_error(telling: Any, receiver: Any, code: int) -> None:
    number = FAILS_AFTER_ACCEPTANCE[code]
    wamid = telling.send(number).json()["messages"][0]["id"]
    status = receiver.wait_for_listed("statuses", 1)[0]

    [error] = status.pop("errors")
    assert status == {
        "id": wamid,
        "status": "failed",
        "timestamp": str(ACCEPTED_AT),
        "recipient_id": number[1:],
        "biz_opaque_callback_data": "dlv_01J",
    }
    assert error["code"] == code
    assert error["title"] == error["message"] == ERROR_KINDS[code].title
    assert error["error_data"]["details"]
    assert set(error) == {"code", "title", "message", "error_data", "href"}


def test_message_whose_answer_was_lost_is_reported_all_the_same(
    telling: Any, receiver: Any
) -> None:
    """The caller knows no wamid, and finds it by the callback data."""
    numbers = {how.answer: number for number, how in NETWORK.items()}
    telling.send(numbers[Answer.UNREADABLE])

    assert receiver.wait_for_listed("statuses", 3)[0]["biz_opaque_callback_data"] == "dlv_01J"


def test_refused_message_is_not_reported(telling: Any, receiver: Any) -> None:
    telling.send("+17275550106")
    telling.send("+12395550100")
    receiver.wait_for_statuses(3)

    assert {status["recipient_id"] for status in receiver.listed("statuses")} == {"12395550100"}


def test_text_in_an_open_window_is_free(telling: Any, receiver: Any) -> None:
    telling.running.write_to_business("+12395550100")
    telling.post(
        {
            "messaging_product": "whatsapp",
            "to": "+12395550100",
            "type": "text",
            "text": {"body": "Hi"},
        }
    )
    status = receiver.wait_for_listed("statuses", 1)[0]

    assert status["pricing"]["type"] == "free_customer_service"
    assert status["conversation"]["origin"] == {"type": "service"}


def test_connection_to_the_receiver_is_kept(telling: Any, receiver: Any) -> None:
    for _ in range(20):
        telling.send()
    receiver.wait_for_statuses(60)

    # All of one person goes through one thread.
    assert receiver.connections == 1
