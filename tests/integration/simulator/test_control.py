"""The simulator's own endpoints for tests: messages as JSON, ordered faults, bounded memory."""

import threading
from dataclasses import replace
from typing import Any

import pytest
import requests


def test_message_as_json(simulator: Any) -> None:
    wamid = simulator.send("+12395550100", "048207").json()["messages"][0]["id"]
    accepted_at = simulator.clock.now

    expected = {
        "wamid": wamid,
        "to": "+12395550100",
        "template": "shamrock_auth",
        "language": "en_US",
        "code": "048207",
        "callback_data": "dlv_01J",
        "status": "accepted",
        "accepted_at": accepted_at,
        "sent_at": None,
        "delivered_at": None,
        "read_at": None,
        "failed_at": None,
        "failure": None,
        "failure_title": None,
        "type": "template",
        "text": None,
        "media": None,
        "identity_key_hash": None,
        "disowned_at": None,
    }
    assert simulator.get("/inbox/messages?to=%2B12395550100").json() == [expected]
    # An unescaped plus is a space in a query.
    assert simulator.get("/inbox/messages?to=+12395550100").json() == [expected]


def test_delivery_advances_with_time(simulator: Any) -> None:
    simulator.send()
    seen = []
    for advance_s in (0, 0.5, 1.5, 10):
        simulator.clock.now += advance_s
        seen += simulator.get("/inbox/messages").json()

    statuses = [message["status"] for message in seen]
    assert statuses == ["accepted", "sent", "delivered", "read"]
    instants = [seen[-1][f"{status}_at"] for status in statuses]
    assert instants == sorted(instants)


def test_messages_are_filtered_limited_and_newest_last(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, page_size=3))
    for code in ("1", "2", "3", "4"):
        simulator.send("+12395550100", code)
    simulator.send("+12395550101", "5")

    def codes(query: str) -> list[str]:
        return [message["code"] for message in simulator.get(f"/inbox/messages{query}").json()]

    assert codes("") == ["3", "4", "5"]
    assert codes("?limit=100") == ["1", "2", "3", "4", "5"]
    assert codes("?to=12395550100&limit=2") == ["3", "4"]
    assert codes("?to=%2B12395550101") == ["5"]
    assert codes("?to=%2B12395550102") == []
    assert codes("?limit=-1") == ["3", "4", "5"]


def test_memory_is_bounded(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, message_capacity=3))
    for code in ("1", "2"):
        simulator.send("+12395550101", code)
    for code in ("3", "4", "5"):
        simulator.send("+12395550100", code)

    kept = simulator.get("/inbox/messages").json()
    assert [message["code"] for message in kept] == ["3", "4", "5"]
    assert simulator.running.inbox("+12395550101") == []
    assert "239-555-0101" not in simulator.get("/inbox").text


def test_clear_messages(simulator: Any) -> None:
    simulator.send()
    answer = simulator.session.delete(simulator.url("/inbox/messages"), timeout=10)

    assert answer.status_code == 204
    assert simulator.get("/inbox/messages").json() == []


def test_fail_next(simulator: Any) -> None:
    assert simulator.control(fail_next={"code": 131042, "times": 2}).status_code == 200
    codes = [simulator.send().status_code for _ in range(3)]

    assert codes == [400, 400, 200]


def test_fail_next_is_once_by_default(simulator: Any) -> None:
    simulator.control(fail_next={"code": 2})

    assert [simulator.send().status_code for _ in range(2)] == [503, 200]


def test_drop_next(simulator: Any) -> None:
    simulator.control(drop_next=1)

    with pytest.raises(requests.ConnectionError):
        simulator.send()
    assert simulator.send().status_code == 200
    assert len(simulator.running.inbox("+12395550100")) == 1


def test_latency(simulator: Any) -> None:
    simulator.control(latency_s=0.3)
    simulator.send()
    simulator.send("abc")
    simulator.running.set_latency(0)
    simulator.send()

    assert [slept_s for slept_s in simulator.slept_s if slept_s] == [0.3, 0.3]


def test_control_shows_what_is_ordered(simulator: Any) -> None:
    simulator.send()
    simulator.send("abc")
    shown = simulator.control(latency_s=1, drop_next=2, fail_next={"code": 4, "times": 3}).json()

    assert shown == simulator.get("/control").json()
    assert shown.pop("webhooks")["url"] is None
    assert shown == {
        "latency_s": 1.0,
        "fail_next": {"code": 4, "times": 3},
        "drop_next": 2,
        "requests_received": 2,
    }
    assert simulator.running.requests_received == 2


@pytest.mark.parametrize(
    "order",
    [
        {"latency": 1},
        {"latency_s": -1},
        {"latency_s": "1"},
        {"latency_s": True},
        {"latency_s": 1e9},
        {"drop_next": -1},
        {"drop_next": 1.5},
        {"fail_next": 131042},
        {"fail_next": {"times": 1}},
        {"fail_next": {"code": 999999}},
        {"fail_next": {"code": "131042"}},
        {"fail_next": {"code": 131042, "times": True}},
        {"fail_next": {"code": 131042, "time": 1}},
        {"template_status": "paused"},
        {"template_status": ["PAUSED"]},
    ],
)
def test_wrong_order_changes_nothing(simulator: Any, order: dict[str, Any]) -> None:
    before = simulator.get("/control").json()
    answer = simulator.control(**({"drop_next": 5} | order))

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert simulator.get("/control").json() == before


def test_order_must_be_json(simulator: Any) -> None:
    """A page elsewhere can make a browser post a form, but not JSON."""
    answer = simulator.session.post(simulator.url("/control"), data='{"drop_next":1}', timeout=10)

    assert answer.status_code == 400


def test_parallel_sends_are_all_kept(simulator: Any, settings: Any) -> None:
    barrier = threading.Barrier(20)

    def send_five() -> None:
        barrier.wait()
        with requests.Session() as session:
            for _ in range(5):
                session.post(
                    simulator.url(),
                    json=simulator.payload(),
                    headers={"Authorization": f"Bearer {settings.access_token}"},
                    timeout=10,
                )

    threads = [threading.Thread(target=send_five) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    kept = simulator.running.inbox("+12395550100")
    assert len({message.wamid for message in kept}) == 100
    assert simulator.running.requests_received == 100
