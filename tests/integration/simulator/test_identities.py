"""Who has a number, as Meta tells it, and a message that is for somebody else."""

from typing import Any

import pytest

PHONE = "+12395550100"


@pytest.fixture
def checking(telling: Any) -> Any:
    telling.control(number={"identity_key_check": True})
    return telling


def send_to(simulator: Any, identity: Any) -> Any:
    return simulator.post(simulator.payload(to=PHONE) | {"recipient_identity_key_hash": identity})


def told(receiver: Any, count: int) -> Any:
    return receiver.wait_for_listed("statuses", count)


def test_with_the_check_off_nobody_is_told_apart(telling: Any, receiver: Any) -> None:
    assert send_to(telling, "somebody").status_code == 200
    words = [(one["status"], "recipient_identity_key_hash" in one) for one in told(receiver, 3)]
    assert words == [("sent", False), ("delivered", False), ("read", False)]


def test_reports_say_whom_a_message_came_to_as_ordered(checking: Any, receiver: Any) -> None:
    checking.send(PHONE)
    first = {one["recipient_identity_key_hash"] for one in told(receiver, 3)}
    assert len(first) == 1
    checking.control(identities={PHONE: "somebody else"})
    checking.send(PHONE)
    later = told(receiver, 6)[3:]
    assert {one["recipient_identity_key_hash"] for one in later} == {"somebody else"}


def test_a_message_for_somebody_else_fails_later(checking: Any, receiver: Any) -> None:
    checking.control(identities={PHONE: "owner"})
    assert send_to(checking, "former owner").status_code == 200
    (report,) = told(receiver, 1)
    assert (report["status"], report["errors"][0]["code"]) == ("failed", 137000)
    assert "recipient_identity_key_hash" not in report
    send_to(checking, "owner")
    assert [one["status"] for one in told(receiver, 4)[1:]] == ["sent", "delivered", "read"]
    assert checking.get("/inbox/messages").json()[-1]["identity_key_hash"] == "owner"


@pytest.mark.parametrize("order", [[], {"12395550100": "x"}, {PHONE: ""}, {PHONE: 7}])
def test_a_wrong_order_changes_nothing(simulator: Any, order: Any) -> None:
    answer = simulator.control(identities=order)
    assert answer.status_code == 400
    assert "identities must be like" in answer.json()["error"]


def test_an_identity_is_a_string(simulator: Any) -> None:
    assert send_to(simulator, 7).json()["error"]["code"] == 100
