"""Webhooks made awkward on demand: repeated, out of order, held back, missing, unknown."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import requests

HISTORY = ["sent", "delivered", "read"]


def test_url_can_be_given_while_running(simulator: Any, receiver: Any) -> None:
    simulator.send()
    simulator.control(webhook_url=receiver.url, webhook_speed=1000)
    simulator.send("+12395550111")

    assert receiver.wait_for_statuses(3) == HISTORY
    assert {status["recipient_id"] for status in receiver.listed("statuses")} == {"12395550111"}


def test_without_a_url_what_waits_is_forgotten(telling: Any, receiver: Any) -> None:
    telling.control(webhook_hold=True)
    telling.send()
    assert telling.webhooks()["pending"] == 3
    telling.control(webhook_url=None, webhook_hold=False)

    assert telling.webhooks()["pending"] == 0
    telling.send()
    assert telling.webhooks()["pending"] == 0
    telling.control(webhook_url=receiver.url)
    telling.send("+12395550111")
    receiver.wait_for_statuses(3)
    assert {status["recipient_id"] for status in receiver.listed("statuses")} == {"12395550111"}


def test_each_report_is_repeated(telling: Any, receiver: Any) -> None:
    telling.control(webhook_copies=3)
    telling.send()
    statuses = receiver.wait_for_listed("statuses", 9)

    assert Counter(status["status"] for status in statuses) == dict.fromkeys(HISTORY, 3)
    assert len({json.dumps(status) for status in statuses}) == 3


def test_presses_are_repeated_too(telling: Any, receiver: Any) -> None:
    wamid = telling.send().json()["messages"][0]["id"]
    telling.control(webhook_copies=2)
    telling.running.disown(wamid)

    messages = receiver.wait_for_listed("messages", 2)
    assert messages[0] == messages[1]


def test_reports_come_in_any_order(telling: Any, receiver: Any) -> None:
    telling.control(webhook_shuffle=True)
    for _ in range(20):
        telling.send()
    statuses = receiver.wait_for_listed("statuses", 60)

    orders = Counter[tuple[str, ...]]()
    for wamid in {status["id"] for status in statuses}:
        orders[tuple(status["status"] for status in statuses if status["id"] == wamid)] += 1
    assert all(sorted(order) == sorted(HISTORY) for order in orders)
    # That all of twenty are in one of the six orders has a chance of 6 ** -19.
    assert len(orders) > 1


def test_held_reports_come_when_they_are_let_go(telling: Any, receiver: Any) -> None:
    telling.control(webhook_hold=True)
    telling.send()
    telling.send("+12395550111")
    assert telling.webhooks()["pending"] == 6
    assert receiver.received == []
    telling.control(webhook_hold=False)

    assert sorted(receiver.wait_for_statuses(6)) == sorted(HISTORY * 2)


def test_what_is_due_together_shares_a_body(telling: Any, receiver: Any) -> None:
    telling.control(
        webhook_hold=True, webhook_batch=10, webhook_up_to="sent", webhook_speed=1_000_000_000
    )
    wamids = {telling.send().json()["messages"][0]["id"] for _ in range(12)}
    inbound = telling.running.write_to_business("+12395550100")
    telling.control(webhook_hold=False)
    first, second = receiver.wait_for_bodies(2)

    assert [len(body.listed("statuses")) for body in (first, second)] == [10, 2]
    assert {status["id"] for status in receiver.listed("statuses")} == wamids
    assert len(first.changes) == 1
    assert [message["id"] for message in second.listed("messages")] == [inbound]
    assert [set(change["value"]) for change in second.changes] == [
        {"messaging_product", "metadata", "statuses"},
        {"messaging_product", "metadata", "contacts", "messages"},
    ]


@pytest.mark.parametrize(
    ("up_to", "statuses"), [("sent", ["sent"]), ("delivered", ["sent", "delivered"])]
)
def test_message_never_gets_beyond_a_state(
    telling: Any, receiver: Any, up_to: str, statuses: list[str]
) -> None:
    telling.control(webhook_up_to=up_to)
    telling.send()
    receiver.wait_for_statuses(len(statuses))
    telling.wait_for_webhooks(pending=0)
    telling.clock.now += 3600

    assert receiver.wait_for_statuses(len(statuses)) == statuses
    assert telling.running.inbox("+12395550100")[-1].status == up_to


@pytest.mark.parametrize("number", ["+12395550100", "+19045550100"])
def test_nothing_is_ever_heard_of_a_message(telling: Any, receiver: Any, number: str) -> None:
    telling.control(webhook_up_to="accepted")
    telling.send(number)
    telling.clock.now += 3600

    assert telling.webhooks()["pending"] == 0
    assert telling.running.inbox(number)[-1].status == "accepted"


def test_numbers_of_people_with_a_username_are_not_told(telling: Any, receiver: Any) -> None:
    telling.control(webhook_bsuid=True)
    wamid = telling.send("+12395550100").json()["messages"][0]["id"]
    telling.send("+19045550100")
    telling.running.disown(wamid)
    statuses = receiver.wait_for_listed("statuses", 4)
    [press] = receiver.wait_for_listed("messages", 1)

    assert all(status["recipient_user_id"].startswith("US.") for status in statuses)
    assert press["from_user_id"] == statuses[0]["recipient_user_id"]
    assert press["context"]["id"] == wamid
    for received in receiver.received:
        assert b"2395550100" not in received.raw
        assert b"conversation" not in received.raw
        is_failure = b'"failed"' in received.raw
        assert bool(received.listed("contacts")) is not is_failure


def test_unknown_members_and_fields(telling: Any, receiver: Any) -> None:
    telling.control(webhook_unknown_members=True)
    telling.send()
    received = receiver.wait_for_bodies(1)[0]
    entry = received.json["entry"][0]

    assert [change["field"] for change in entry["changes"]] == ["unknown_field", "messages"]
    value = entry["changes"][1]["value"]
    for part in (received.json, entry, value, value["metadata"], value["statuses"][0]):
        assert "unknown_member" in part
    assert value["statuses"][0]["status"] == "sent"


def test_handshake(telling: Any) -> None:
    shown = telling.control(verify_webhook=True).json()["webhooks"]["handshake"]

    assert shown == {"verified": True, "reason": None}


def test_handshake_that_fails(start: Any, settings: Any, receiver: Any) -> None:
    simulator = start(replace(settings, webhook_verify_token="another one"))
    nowhere = simulator.control(verify_webhook=True).json()["webhooks"]["handshake"]
    # The URL comes first, wherever it is written.
    order = {"verify_webhook": True, "webhook_url": receiver.url}
    refused = simulator.control(**order).json()["webhooks"]["handshake"]

    assert nowhere == {"verified": False, "reason": "there is no webhook_url"}
    assert refused["verified"] is False
    assert "did not answer the challenge" in refused["reason"]


@pytest.mark.parametrize(
    "order",
    [
        {"webhook_url": "ftp://example.com"},
        {"webhook_url": 5},
        {"webhook_speed": 0},
        {"webhook_speed": True},
        {"webhook_speed": "fast"},
        {"webhook_copies": 0},
        {"webhook_copies": 101},
        {"webhook_copies": 1.5},
        {"webhook_shuffle": "yes"},
        {"webhook_up_to": "failed"},
        {"webhook_up_to": ["sent"]},
        {"webhook_bsuid": None},
        {"webhook_batch": 0},
        {"webhook_batch": 1001},
        {"webhook_unknown_members": 1},
        {"webhook_retry_after_s": 5},
        {"webhook_retry_after_s": [-1]},
        {"webhook_hold": "no"},
        {"verify_webhook": False},
        {"send_webhook": "account_update"},
        {"send_webhook": {"field": "account_update"}},
        {"send_webhook": {"field": "", "value": {}}},
        {"send_webhook": {"field": "account_update", "value": []}},
        {"send_webhook": {"field": "account_update", "value": {}, "time": "now"}},
        {"send_webhook": {"field": "account_update", "value": {}, "when": 5}},
    ],
    ids=json.dumps,
)
def test_wrong_order_changes_nothing(telling: Any, order: dict[str, Any]) -> None:
    before = telling.get("/control").json()
    answer = telling.control(**({"webhook_copies": 7, "webhook_hold": True} | order))

    assert answer.status_code == 400
    assert next(iter(order)) in answer.json()["error"]
    assert telling.get("/control").json() == before


def test_url_needs_a_secret_to_sign_with(start: Any, settings: Any, receiver: Any) -> None:
    without_secret = replace(settings, app_secret=None)
    answer = start(without_secret).control(webhook_url=receiver.url)

    assert answer.status_code == 400
    assert "app secret" in answer.json()["error"]
    with pytest.raises(ValueError, match="app_secret"):
        replace(without_secret, webhook_url=receiver.url)
    with pytest.raises(ValueError, match="webhook_speed"):
        replace(settings, webhook_speed=0)


def test_secret_and_verify_token_are_shown_nowhere(telling: Any, settings: Any) -> None:
    shown = requests.get(telling.url("/control"), timeout=10).text + repr(
        replace(settings, webhook_verify_token="verify-me")
    )

    assert settings.app_secret not in shown
    assert "verify-me" not in shown
