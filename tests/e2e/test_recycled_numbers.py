"""A number that the carrier gave to somebody else, with everything real."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
import requests

from otp_service.demo.redis_process import RedisProcess
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.e2e.aftermath import events_of
from tests.e2e.conftest import await_condition
from tests.e2e.meta_side import MetaSide, meta_side

PHONE = "+12395550188"
SENTENCE = "This number may have a new owner. Call the office to log in with it."


@pytest.fixture
def meta(redis_server: RedisProcess, redis_client: redis.Redis, tmp_path) -> Iterator[MetaSide]:
    log = tmp_path / "service.log"
    with meta_side(redis_server, log, WHATSAPP_IDENTITY_CHECK="true") as side:
        side.order(number={"identity_key_check": True}, webhook_speed=50)
        yield side


def asked(meta: MetaSide, address: str, key: str, **members: str) -> dict[str, Any]:
    answer = requests.post(
        f"{meta.service.url}/v1/{address}", json=members, headers={"X-API-Key": key}, timeout=10
    )
    assert answer.ok, answer.text
    return dict(answer.json())


def log_in(meta: MetaSide) -> dict[str, Any]:
    """Meta has told all about the message when this ends."""
    sent = meta.ask("send", PHONE)
    assert sent["success"], sent
    told = meta.ask("validate", PHONE, otpCode=meta.simulator.inbox(PHONE)[-1].code)
    meta.settle()
    return told


def is_live(meta: MetaSide, login: dict[str, Any]) -> dict[str, Any]:
    return asked(meta, "sessions/introspect", GAS_KEY, token=login["sessionToken"])


def status(meta: MetaSide, request_id: str) -> dict[str, Any]:
    return meta.ask("status", PHONE, requestId=request_id)


def test_the_new_owner_gets_nothing_until_the_office_knows_them(meta, redis_client):
    former = log_in(meta)
    assert is_live(meta, former)["sub"] == former["userId"]

    meta.order(identities={PHONE: "somebody else's"})
    request_id = meta.ask("send", PHONE)["requestId"]
    await_condition(
        lambda: status(meta, request_id)["status"] == "failed", "Meta to refuse the message"
    )
    shown = status(meta, request_id)
    assert (shown["reason"], shown["resendAllowedIn"]) == ("identity_changed", None)
    assert (shown["expiresIn"], shown["resendsRemaining"]) == (0, 0)
    assert is_live(meta, former) == {"active": False}
    sent = len(meta.simulator.inbox(PHONE))
    code = meta.simulator.inbox(PHONE)[-1].code
    for refused in (meta.ask("send", PHONE), meta.ask("validate", PHONE, otpCode=code)):
        assert (refused["code"], refused["reason"]) == (
            "recipient_unreachable",
            "identity_changed",
        )
        assert refused["message"] == SENTENCE
    assert len(meta.simulator.inbox(PHONE)) == sent

    accepted = asked(meta, "identities/accept", CONSOLE_KEY, phoneNumber=PHONE, owner="new")
    assert accepted["wasRefused"] is True
    newcomer = log_in(meta)
    assert newcomer["userId"] == f"{former['userId']}-2"
    assert is_live(meta, newcomer)["sub"] == newcomer["userId"]
    assert log_in(meta)["userId"] == newcomer["userId"]
    assert meta.simulator.inbox(PHONE)[-1].identity_key_hash == "somebody else's"

    # Then the new owner tells Meta of a change of their own.
    changed = {"type": "user_changed_number", "wa_id": "12395550199", "body": "changed"}
    told = {"from": PHONE[1:], "id": "wamid.S", "timestamp": "1760000030", "type": "system"}
    value = {"messaging_product": "whatsapp", "messages": [told | {"system": changed}]}
    meta.order(send_webhook={"field": "messages", "value": value})
    await_condition(lambda: is_live(meta, newcomer) == {"active": False}, "the session to end")
    told_of = [record["event"] for record in events_of(redis_client)]
    assert [told_of.count(event) for event in ("identity_changed", "trust_ended")] == [1, 1]
