"""What people do with their phones: write to the business, disown a code, be read."""

from dataclasses import replace
from typing import Any

import pytest
import requests

PHONE = "+12395550100"
OTHER_SITE = {"Sec-Fetch-Site": "cross-site"}
FORM = {"Sec-Fetch-Site": "same-origin"}


def send(telling: Any) -> str:
    wamid: str = telling.send(PHONE).json()["messages"][0]["id"]
    return wamid


def mark_read(simulator: Any, wamid: Any, **members: Any) -> requests.Response:
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    answer: requests.Response = simulator.post(body | members)
    return answer


def press(telling: Any, wamid: str, way: str) -> str:
    """By each of the three ways; the wamid of the press."""
    if way == "method":
        pressed: str = telling.running.disown(wamid)
        return pressed
    if way == "api":
        url = telling.url(f"/inbox/messages/{wamid}/did-not-request")
        answer = telling.session.post(url, timeout=10)
        assert answer.status_code == 201
        return str(answer.json()["wamid"])
    url = telling.url("/inbox/12395550100/did-not-request")
    page = telling.session.post(url, data={"wamid": wamid}, headers=FORM, timeout=10)
    assert page.url == telling.url("/inbox/12395550100")
    return str(telling.get(f"/inbox/inbound?from={PHONE}").json()[-1]["wamid"])


@pytest.mark.parametrize("way", ["method", "api", "page"])
def test_press_is_told_by_webhook(telling: Any, receiver: Any, way: str) -> None:
    wamid = send(telling)
    pressed = press(telling, wamid, way)
    [message] = receiver.wait_for_listed("messages", 1)

    assert message == {
        "context": {"from": "15550783881", "id": wamid},
        "from": "12395550100",
        "id": pressed,
        "timestamp": "1760000000",
        "type": "button",
        "button": {"payload": "DID_NOT_REQUEST_CODE", "text": "I didn't request a code"},
    }
    [contact] = receiver.listed("contacts")
    assert contact["wa_id"] == "12395550100"
    assert telling.running.inbox(PHONE)[-1].disowned_at == telling.clock.now


def test_button_is_on_each_code_until_it_is_pressed(simulator: Any) -> None:
    wamid = send(simulator)
    page = simulator.get("/inbox/12395550100").text
    assert f'name="wamid" value="{wamid}"' in page
    assert "disabled" not in page

    simulator.running.disown(wamid)
    page = simulator.get("/inbox/12395550100").text
    assert page.count("I didn't request a code</button>") == 1
    assert page.count("I didn&#39;t request a code</p>") == 1
    assert "disabled" in page


def test_no_such_button(simulator: Any) -> None:
    simulator.running.write_to_business(PHONE)
    text = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "Hi"}}
    wamid = simulator.post(text).json()["messages"][0]["id"]

    for unknown in (wamid, "wamid.unknown"):
        api = simulator.url(f"/inbox/messages/{unknown}/did-not-request")
        page = simulator.url("/inbox/12395550100/did-not-request")
        assert simulator.session.post(api, timeout=10).status_code == 404
        assert simulator.session.post(page, data={"wamid": unknown}).status_code == 404
        with pytest.raises(KeyError):
            simulator.running.disown(unknown)


def test_text_from_a_person_is_told_by_webhook(telling: Any, receiver: Any) -> None:
    order = {"from": PHONE, "text": "Is Zoë out?"}
    answer = telling.session.post(telling.url("/inbox/inbound"), json=order, timeout=10)
    [message] = receiver.wait_for_listed("messages", 1)

    assert answer.status_code == 201
    assert message == {
        "from": "12395550100",
        "id": answer.json()["wamid"],
        "timestamp": "1760000000",
        "type": "text",
        "text": {"body": "Is Zoë out?"},
    }


def test_page_has_a_form_to_write_with(telling: Any, receiver: Any) -> None:
    url = telling.url("/inbox/12395550100/inbound")
    page = telling.session.post(url, data={"text": " <b>Hello</b> "}, headers=FORM, timeout=10)

    assert page.url == telling.url("/inbox/12395550100")
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page.text
    assert 'action="/inbox/12395550100/inbound"' in page.text
    assert receiver.wait_for_listed("messages", 1)[0]["text"] == {"body": "<b>Hello</b>"}


@pytest.mark.parametrize(
    "order",
    [
        {"from": "12395550100"},
        {"from": "+0123"},
        {"from": 5},
        {"text": "Hello"},
        {"from": PHONE, "text": " "},
        {"from": PHONE, "text": 5},
        {"from": PHONE, "text": "x" * 4097},
        ["from"],
    ],
    ids=lambda order: str(order)[:40],
)
def test_nothing_is_written(simulator: Any, order: Any) -> None:
    answer = simulator.session.post(simulator.url("/inbox/inbound"), json=order, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert simulator.get(f"/inbox/inbound?from={PHONE}").json() == []


@pytest.mark.parametrize(("text", "status"), [("", 400), ("x" * 4097, 400), ("x" * 4096, 200)])
def test_form_takes_as_much_as_whatsapp(simulator: Any, text: str, status: int) -> None:
    url = simulator.url("/inbox/12395550100/inbound")

    assert simulator.session.post(url, data={"text": text}).status_code == status


def test_pages_elsewhere_cannot_press_or_write(simulator: Any) -> None:
    wamid = send(simulator)
    for path in (
        f"/inbox/messages/{wamid}/did-not-request",
        "/inbox/12395550100/did-not-request",
        "/inbox/12395550100/inbound",
    ):
        data = {"wamid": wamid, "text": "Hello"}
        answer = simulator.session.post(simulator.url(path), data=data, headers=OTHER_SITE)
        assert answer.status_code == 403
    assert simulator.get(f"/inbox/inbound?from={PHONE}").json() == []


def test_mark_as_read_marks_the_earlier_ones_too(simulator: Any) -> None:
    first, second, third = (simulator.running.write_to_business(PHONE) for _ in range(3))
    simulator.clock.now += 60
    answer = mark_read(simulator, second, typing_indicator={"type": "text"})

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    read_at = [m["read_at"] for m in simulator.get(f"/inbox/inbound?from={PHONE}").json()]
    assert read_at == [simulator.clock.now, simulator.clock.now, None]
    page = simulator.get("/inbox/12395550100").text
    assert page.count('aria-label="Read"') == 2
    simulator.clock.now += 60
    mark_read(simulator, third)
    again = [m["read_at"] for m in simulator.get(f"/inbox/inbound?from={PHONE}").json()]
    assert again == [read_at[0], read_at[1], simulator.clock.now]
    assert first != second


def test_message_that_cannot_be_marked_as_read(simulator: Any) -> None:
    wamid = simulator.running.write_to_business(PHONE)
    assert mark_read(simulator, "wamid.unknown").json()["error"]["code"] == 131009
    assert mark_read(simulator, send(simulator)).json()["error"]["code"] == 131009
    simulator.clock.now += 30 * 86400
    assert mark_read(simulator, wamid).status_code == 200
    simulator.clock.now += 1
    assert mark_read(simulator, wamid).json()["error"]["code"] == 131009


@pytest.mark.parametrize(
    "members",
    [
        {"message_id": None},
        {"message_id": 5},
        {"status": "delivered"},
        {"messaging_product": "sms"},
        {"messaging_product": None},
        {"typing_indicator": {"type": "voice"}},
        {"typing_indicator": "text"},
        {"to": PHONE},
    ],
    ids=str,
)
def test_read_receipt_is_checked(simulator: Any, members: dict[str, Any]) -> None:
    wamid = simulator.running.write_to_business(PHONE)
    answer = mark_read(simulator, members.pop("message_id", wamid), **members)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_memory_of_what_people_wrote_is_bounded(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, message_capacity=2))
    for number in (PHONE, "+12395550111", PHONE, "+12395550122"):
        simulator.running.write_to_business(number)
    assert len(simulator.get(f"/inbox/inbound?from={PHONE}").json()) == 2
    for _ in range(150):
        simulator.running.write_to_business(PHONE)

    assert len(simulator.get(f"/inbox/inbound?from={PHONE}").json()) == 100
    assert simulator.get("/inbox/inbound?from=+12395550111").json() == []


def test_disowned_and_written_are_cleared_with_the_messages(simulator: Any) -> None:
    simulator.running.disown(send(simulator))
    simulator.session.delete(simulator.url("/inbox/messages"), timeout=10)

    assert simulator.get(f"/inbox/inbound?from={PHONE}").json() == []
