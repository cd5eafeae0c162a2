"""What happens to webhooks that nobody answers with 2xx."""

import itertools
import threading
from dataclasses import replace
from typing import Any

import pytest

from otp_service.simulator.webhook_body import WebhookUpdate
from otp_service.simulator.webhook_sender import WebhookSender
from tests.integration.simulator.webhook_receiver import running_receiver


@pytest.mark.parametrize("status", [500, 503, 404, 302, 429])
def test_report_is_repeated_ever_more_rarely(telling: Any, receiver: Any, status: int) -> None:
    receiver.answers = [status] * 3
    telling.send("+19045550100")
    bodies = receiver.wait_for_bodies(4)

    assert len({received.raw for received in bodies}) == 1
    gaps = [later.at_s - earlier.at_s for earlier, later in itertools.pairwise(bodies)]
    assert [gap > at_least for gap, at_least in zip(gaps, (0.02, 0.08, 0.32), strict=True)] == [
        True
    ] * 3
    telling.wait_for_webhooks(pending=0, answered=1, repeated=3, given_up=0)


def test_report_that_nobody_takes_is_given_up(telling: Any, receiver: Any) -> None:
    receiver.answers = [500] * 4
    telling.send("+19045550100")

    telling.wait_for_webhooks(pending=0, answered=0, repeated=3, given_up=1)
    assert len(receiver.received) == 4


def test_a_report_does_not_wait_for_another_that_is_repeated(telling: Any, receiver: Any) -> None:
    receiver.answers = [500]
    telling.control(webhook_retry_after_s=[0.5])
    telling.send()

    assert receiver.wait_for_statuses(4) == ["sent", "delivered", "read", "sent"]


def test_reports_wait_for_a_receiver_that_is_away(start: Any, settings: Any) -> None:
    with running_receiver() as receiver:
        url, port = receiver.url, int(receiver.url.split(":")[2].split("/")[0])
    simulator = start(
        replace(settings, webhook_url=url, webhook_speed=1000, webhook_retry_after_s=(0.05,) * 200)
    )
    simulator.send("+19045550100")
    simulator.wait_for_webhooks(pending=1)
    with running_receiver(port) as receiver:
        assert receiver.wait_for_statuses(1) == ["failed"]


def test_what_has_no_room_is_dropped_and_counted(settings: Any, receiver: Any) -> None:
    receiver.gate.clear()
    receiver.answers = [500]
    sender = WebhookSender(replace(settings, webhook_url=receiver.url), capacity=4)
    news = [WebhookUpdate(f"field_{number}", {}) for number in range(3)]
    with sender.running():
        sender.send(news[0], 0, about="one")
        receiver.wait_for_bodies(1)
        sender.send(news[1], 0, about="one")
        sender.send(news[2], 0, about="one")
        assert sender.to_json()["dropped"] == 1
        receiver.gate.set()
        # Nor is there room to send the first one again.
        receiver.wait_for_bodies(2)

    assert sender.to_json()["dropped"] == 2
    assert [body.changes[0]["field"] for body in receiver.received] == ["field_0", "field_1"]


def test_report_under_way_is_forgotten_with_the_url(telling: Any, receiver: Any) -> None:
    receiver.gate.clear()
    receiver.answers = [500]
    telling.send("+19045550100")
    receiver.wait_for_bodies(1)
    telling.control(webhook_url=None)
    receiver.gate.set()
    telling.wait_for_webhooks(pending=0, repeated=0, given_up=1)


def test_nothing_more_is_sent_after_the_block(settings: Any, receiver: Any) -> None:
    sender = WebhookSender(replace(settings, webhook_url=receiver.url))
    before = threading.active_count()
    with sender.running():
        sender.send(WebhookUpdate("account_update", {}), 0, about="one")
        receiver.wait_for_bodies(1)
        sender.send(WebhookUpdate("account_update", {}), 3600, about="one")

    assert threading.active_count() <= before + 1  # the receiver's own
    assert len(receiver.received) == 1
