"""Delivery truth with everything real: two workers, and Meta's webhooks over HTTP."""

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import redis
import requests

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator.magic_numbers import FAILS_AFTER_ACCEPTANCE
from tests.e2e.aftermath import events_of
from tests.e2e.conftest import answers, await_condition
from tests.e2e.meta_side import MetaSide, meta_side
from tests.meta_signature import signature_of

PHONE = "+12395550100"
NO_WHATSAPP = FAILS_AFTER_ACCEPTANCE[131026]
ORDER = ["sending", "accepted", "sent", "delivered", "read"]
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def side(
    redis_server: RedisProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MetaSide]:
    with meta_side(redis_server, tmp_path_factory.mktemp("delivery") / "service.log") as side:
        yield side


@pytest.fixture
def meta(side: MetaSide, redis_client: redis.Redis) -> MetaSide:
    side.begin_anew()
    return side


def watched(meta: MetaSide, phone: str, request_id: str, last: str) -> list[dict[str, Any]]:
    """What a screen shows that asks again as soon as there is news, until `last`."""
    shown = [meta.ask("status", phone, requestId=request_id)]
    deadline = time.monotonic() + 20
    while shown[-1]["status"] != last:
        assert time.monotonic() < deadline, shown
        after = shown[-1]["status"]
        told = meta.ask("status", phone, requestId=request_id, wait=20, after=after)
        if told["status"] != after:
            shown.append(told)
    return shown


def test_meta_takes_the_webhook_after_the_handshake(meta: MetaSide):
    assert meta.order(verify_webhook=True)["handshake"] == {"verified": True, "reason": None}


def test_a_screen_sees_a_message_all_the_way_to_its_reader(meta: MetaSide):
    meta.order(webhook_speed=4)
    sent = meta.ask("send", PHONE)
    shown = [told["status"] for told in watched(meta, PHONE, sent["requestId"], "read")]
    assert [ORDER.index(status) for status in shown] == sorted(map(ORDER.index, set(shown)))
    assert {"delivered", "read"} <= set(shown)


def test_a_number_without_whatsapp_is_told_by_webhook(meta: MetaSide):
    sent = meta.ask("send", NO_WHATSAPP)
    assert sent["success"]
    failed = watched(meta, NO_WHATSAPP, sent["requestId"], "failed")[-1]
    assert failed["reason"] == "recipient_unreachable"


@pytest.mark.parametrize("bsuid", [False, True], ids=["by number", "by user id"])
def test_the_button_under_the_message_voids_its_code(
    meta: MetaSide, redis_client: redis.Redis, bsuid: bool
):
    meta.order(webhook_bsuid=bsuid, webhook_up_to="accepted")
    meta.ask("send", PHONE)
    message = meta.simulator.inbox(PHONE)[-1]
    meta.simulator.disown(message.wamid)
    meta.settle()
    assert meta.ask("validate", PHONE, otpCode=message.code)["code"] == "expired_code"
    told = [event for event in events_of(redis_client) if event["event"] == "passcode_disowned"]
    assert [event["reason"] for event in told] == ["voided"]


def test_reports_in_any_order_and_five_times_each_end_right(
    meta: MetaSide, redis_client: redis.Redis
):
    meta.order(
        webhook_speed=10,
        webhook_copies=5,
        webhook_shuffle=True,
        webhook_batch=20,
        webhook_unknown_members=True,
    )
    people = [f"+1239555012{index}" for index in range(8)]
    ids = {phone: meta.ask("send", phone)["requestId"] for phone in people}
    for phone, request_id in ids.items():
        assert watched(meta, phone, request_id, "read")
    meta.settle()
    told = Counter(
        (event["request_id"], event["event"])
        for event in events_of(redis_client)
        if event["event"].startswith("delivery_")
    )
    assert max(told.values()) == 1
    assert {request_id for request_id, _ in told} == set(ids.values())
    arrivals = [e for e in events_of(redis_client) if e["reason"] == "arrived"]
    assert len(arrivals) == len(people)
    assert meta.order()["given_up"] == 0


def test_what_meta_told_while_the_service_was_down_is_heard_when_meta_repeats_it(meta: MetaSide):
    meta.order(webhook_hold=True, webhook_speed=20, webhook_retry_after_s=[0.2] * 100)
    sent = meta.ask("send", PHONE)
    meta.service.stop(signal.SIGKILL)
    meta.order(webhook_hold=False)
    await_condition(lambda: meta.order()["repeated"] > 0, "Meta to call in vain")
    meta.service.start()
    assert watched(meta, PHONE, sent["requestId"], "read")


def test_a_chunked_webhook_is_read_and_a_large_one_is_not(meta: MetaSide):
    small = json.dumps({"object": "page"}).encode()
    for raw, status in ((small, 200), (b" " * (MIB + 1), 413), (b" " * (3 * MIB), 413)):
        chunks = (raw[start : start + 65_536] for start in range(0, len(raw), 65_536))
        answer = requests.post(meta.webhooks, data=chunks, headers=signature_of(raw), timeout=10)
        assert answer.status_code == status
    assert answers(f"{meta.service.url}/healthz")
