"""Texts, pictures and sound: only to people who wrote, and only within Meta's limits."""

from typing import Any

import pytest

from otp_service.simulator.account import MEDIA_ID

PHONE = "+12395550100"
LINK = "https://files.example/picture.jpg"
DAY_S = 86400


def free_form(kind: str, content: Any, **members: Any) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": PHONE,
        "type": kind,
        kind: content,
    } | members


TAKEN = [
    ("text", {"body": "Hello"}, "Hello", None),
    ("text", {"body": "x" * 4096, "preview_url": True}, "x" * 4096, None),
    ("image", {"link": LINK}, None, LINK),
    ("image", {"link": LINK, "caption": "y" * 1024}, "y" * 1024, LINK),
    ("image", {"id": MEDIA_ID, "caption": ""}, None, MEDIA_ID),
    ("audio", {"link": "https://files.example/a.mp3"}, None, "https://files.example/a.mp3"),
    ("audio", {"id": MEDIA_ID, "voice": True}, None, MEDIA_ID),
]
REFUSED = [
    ("text", {}, 100),
    ("text", {"body": ""}, 100),
    ("text", {"body": 5}, 100),
    ("text", {"body": "x" * 4097}, 100),
    ("text", {"body": "x", "preview_url": "yes"}, 100),
    ("text", {"body": "x", "preview": True}, 100),
    ("text", "Hello", 100),
    ("image", {}, 100),
    ("image", {"link": "http://files.example/picture.jpg"}, 100),
    ("image", {"link": "https://"}, 100),
    ("image", {"link": "https://[files.example/"}, 100),
    ("image", {"link": 5}, 100),
    ("image", {"link": LINK, "id": MEDIA_ID}, 100),
    ("image", {"id": "1"}, 131009),
    ("image", {"link": LINK, "caption": "y" * 1025}, 100),
    ("image", {"link": LINK, "caption": 5}, 100),
    ("audio", {"link": LINK, "caption": "y"}, 100),
    ("audio", {"link": LINK, "voice": "true"}, 100),
    ("video", {"link": LINK}, 131051),
]


@pytest.mark.parametrize(("kind", "content", "text", "media"), TAKEN, ids=str)
def test_taken_and_shown(
    simulator: Any, kind: str, content: dict[str, Any], text: str | None, media: str | None
) -> None:
    simulator.running.write_to_business(PHONE)
    answer = simulator.post(free_form(kind, content, context={"message_id": "wamid.X"}))

    assert answer.status_code == 200
    assert set(answer.json()["messages"][0]) == {"id"}
    message = simulator.running.inbox(PHONE)[-1]
    assert (message.type, message.text, message.media) == (kind, text, media)
    assert (message.code, message.template, message.disowned_at) == ("", "", None)
    for path in ("/inbox", "/inbox/12395550100"):
        page = simulator.get(path).text
        assert (text or media) in page
        assert "verification code" not in page


@pytest.mark.parametrize(("kind", "content", "code"), REFUSED, ids=str)
def test_refused(simulator: Any, kind: str, content: Any, code: int) -> None:
    simulator.running.write_to_business(PHONE)
    answer = simulator.post(free_form(kind, content))

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert simulator.running.inbox(PHONE) == []


@pytest.mark.parametrize("context", ["wamid.X", {}, {"message_id": 5}], ids=str)
def test_context_is_checked(simulator: Any, context: Any) -> None:
    answer = simulator.post(simulator.payload() | {"context": context})

    assert answer.json()["error"]["code"] == 100


def test_deleted_media_cannot_be_sent(simulator: Any, settings: Any) -> None:
    simulator.running.write_to_business(PHONE)
    headers = {"Authorization": f"Bearer {settings.access_token}"}
    url = simulator.url(f"/v23.0/{MEDIA_ID}")
    assert simulator.session.delete(url, headers=headers, timeout=10).status_code == 200

    answer = simulator.post(free_form("audio", {"id": MEDIA_ID}))
    assert answer.json()["error"]["code"] == 131009


def test_window_closes_24_hours_after_they_last_wrote(simulator: Any) -> None:
    text = free_form("text", {"body": "Hello"})
    assert simulator.post(text).json()["error"]["code"] == 131047
    simulator.running.write_to_business(PHONE)
    simulator.clock.now += DAY_S - 1
    assert simulator.post(text).status_code == 200
    simulator.running.write_to_business(PHONE)
    simulator.clock.now += DAY_S - 1
    assert simulator.post(text).status_code == 200
    simulator.clock.now += 1
    assert simulator.post(text).json()["error"]["code"] == 131047


def test_window_is_each_persons_own(simulator: Any) -> None:
    simulator.running.write_to_business("+12395550111")

    answer = simulator.post(free_form("text", {"body": "Hello"}))
    assert answer.json()["error"]["code"] == 131047


def test_pressing_the_button_opens_the_window(simulator: Any) -> None:
    simulator.running.disown(simulator.send(PHONE).json()["messages"][0]["id"])

    assert simulator.post(free_form("text", {"body": "Hello"})).status_code == 200


@pytest.mark.parametrize("kind", ["image", "audio"])
def test_link_that_meta_cannot_fetch_fails_later(telling: Any, receiver: Any, kind: str) -> None:
    telling.running.write_to_business(PHONE)
    link = {"link": "https://broken.example/file"}
    assert telling.post(free_form(kind, link)).status_code == 200
    [status] = receiver.wait_for_listed("statuses", 1)

    assert status["status"] == "failed"
    [error] = status["errors"]
    assert error["code"] == 131053
    assert error["error_data"]["details"].startswith("Downloading media from weblink failed")
    telling.clock.now += 60
    assert telling.running.inbox(PHONE)[-1].failure == 131053


def test_magic_numbers_hold_for_texts_too(simulator: Any) -> None:
    simulator.running.write_to_business("+14075550108")
    answer = simulator.post(free_form("text", {"body": "Hello"}, to="+14075550108"))

    assert answer.json()["error"]["code"] == 131056


def test_text_is_escaped(simulator: Any) -> None:
    simulator.running.write_to_business(PHONE, "<i>in</i>")
    simulator.post(free_form("text", {"body": "<b>out</b>"}))
    simulator.post(free_form("image", {"link": "https://files.example/<u>"}))

    for path in ("/inbox", "/inbox/12395550100"):
        page = simulator.get(path).text
        assert not any(tag in page for tag in ("<i>", "<b>out", "<u>"))
