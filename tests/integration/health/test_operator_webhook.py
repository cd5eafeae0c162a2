"""The operator's webhook against a real HTTP server: signed, once, in order, whatever fails."""

import hashlib
import hmac
import time

import pytest

from otp_service.adapters.operator_webhook import OperatorWebhook
from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.domain.health import UnansweredError
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity
from tests.integration.simulator.webhook_receiver import running_receiver

SECRET = "webhook-secret-3b9f1c07d2a84e65-operator"
KIND = OperatorEventKind.TEMPLATE_STATUS


@pytest.fixture
def chat():
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def journal(store):
    return RedisOperatorJournal(store)


@pytest.fixture
def webhook(store, chat):
    webhook = OperatorWebhook(store, chat.url, SECRET)
    webhook.begin()
    return webhook


def happen(journal, severity=Severity.CRITICAL, **detail):
    journal.record(OperatorEvent(KIND, severity, int(time.time() * 1000), detail))


def texts(chat):
    return [received.json["text"] for received in chat.received]


def test_a_happening_is_posted_in_slacks_shape(webhook, journal, chat):
    happen(journal, event="PAUSED", reason="NONE")
    webhook.hand_over()
    (received,) = chat.received
    assert received.json == {
        "text": "[CRITICAL] message template status update (event: PAUSED, reason: NONE)"
    }
    assert received.headers["Content-Type"] == "application/json"


def test_it_is_signed_with_the_time_in_it(webhook, journal, chat):
    happen(journal)
    webhook.hand_over()
    (received,) = chat.received
    headers = {name.lower(): value for name, value in received.headers.items()}
    timestamp = headers["x-otp-timestamp"]
    assert abs(time.time() - int(timestamp)) < 30
    signed = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + received.raw, hashlib.sha256)
    assert headers["x-otp-signature"] == f"sha256={signed.hexdigest()}"
    assert SECRET not in repr(received)


def test_what_is_no_reason_to_act_is_not_posted(webhook, journal, chat):
    happen(journal, Severity.INFO)
    happen(journal, Severity.WARNING, a="b")
    webhook.hand_over()
    assert texts(chat) == ["[WARNING] message template status update (a: b)"]


def test_each_is_told_once_by_whichever_instance_in_order(webhook, journal, chat, store):
    other = OperatorWebhook(store, chat.url, SECRET)
    other.begin()
    for number in range(30):
        happen(journal, number=str(number))
    for one in (webhook, other, webhook, other):
        one.hand_over()
    assert [text.rsplit(" ", 1)[1] for text in texts(chat)] == [f"{n})" for n in range(30)]


def test_what_meta_repeats_is_told_once(webhook, journal, chat):
    for _ in range(3):
        happen(journal, event="PAUSED")
    webhook.hand_over()
    assert len(texts(chat)) == 1


def test_what_happened_before_there_was_a_webhook_is_not_told(journal, chat, store):
    happen(journal, event="LONG AGO")
    webhook = OperatorWebhook(store, chat.url, SECRET)
    webhook.begin()
    happen(journal, event="NOW")
    webhook.hand_over()
    assert [text.rsplit(" ", 1)[1] for text in texts(chat)] == ["NOW)"]


def test_a_restart_tells_what_happened_meanwhile(webhook, journal, chat, store):
    happen(journal, event="MEANWHILE")
    restarted = OperatorWebhook(store, chat.url, SECRET)
    restarted.begin()
    restarted.hand_over()
    assert len(texts(chat)) == 1


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_refused_post_is_tried_again_after_a_pause_and_nothing_is_lost(
    journal, chat, store, status
):
    webhook = OperatorWebhook(store, chat.url, SECRET)
    webhook.begin()
    chat.answers.append(status)
    happen(journal, number="1")
    happen(journal, number="2")
    with pytest.raises(UnansweredError, match=f"HTTP {status}"):
        webhook.hand_over()
    webhook.hand_over()
    assert len(chat.received) == 1
    # Another process has no pause to keep.
    OperatorWebhook(store, chat.url, SECRET).hand_over()
    assert [text[-2] for text in texts(chat)] == ["1", "1", "2"]


def test_an_address_where_nobody_listens_is_not_named(journal, store):
    webhook = OperatorWebhook(store, "http://127.0.0.1:9/services/T0/key", SECRET)
    webhook.begin()
    happen(journal)
    with pytest.raises(UnansweredError) as caught:
        webhook.hand_over()
    assert str(caught.value) == "the operator's webhook: ConnectionError"


def test_while_one_process_hands_over_others_leave_it_alone(webhook, journal, chat, store):
    happen(journal)
    store.set("{otp:operator}:webhook:turn", "taken", px=60_000)
    webhook.hand_over()
    assert chat.received == []
    store.delete("{otp:operator}:webhook:turn")
    webhook.hand_over()
    assert len(chat.received) == 1
