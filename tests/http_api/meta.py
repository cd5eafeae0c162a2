"""Meta as the service's webhook meets it, and a login screen that asks what Meta told."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from otp_service.simulator.inbox_message import InboxMessage
from tests.http_api.conftest import PHONE, Caller
from tests.meta_signature import signature_of
from tests.webhook_bodies import body_of, entry, error, messages, press, status, statuses

WEBHOOKS = "/whatsapp/webhooks"


class Meta:
    def __init__(self, app: Flask) -> None:
        self.app = app

    def post(self, raw: bytes, headers: dict[str, str] | None = None) -> TestResponse:
        """Signed, unless `headers` say otherwise."""
        headers = signature_of(raw) if headers is None else headers
        client = self.app.test_client()
        return client.post(WEBHOOKS, data=raw, content_type="application/json", headers=headers)

    def tell(self, *changes: Any, **members: Any) -> TestResponse:
        """One entry of these changes; `members` are the entry's own."""
        answer = self.post(body_of(entry(*changes, **members)))
        assert (answer.status_code, answer.get_json()) == (200, {"success": True})
        return answer

    def report(self, message: InboxMessage, *words: str, code: int | None = None) -> TestResponse:
        """What became of a message; `code` is why it failed."""
        items = [report_of(message, word, code) for word in words]
        return self.tell(statuses(*items))

    def press_button(self, message: InboxMessage, **members: Any) -> TestResponse:
        """ "I didn't request a code", under this message."""
        pressed = press(message.wamid) | {"from": message.to.removeprefix("+")} | members
        return self.tell(messages(pressed))


class Screen:
    """Of one person who waits: their number, and the requestId of their last send."""

    def __init__(self, app: Flask, phone: str = PHONE) -> None:
        self.caller = Caller(app, rest=True)
        self.phone = phone
        self.request_id = "A" * 22

    def send(self) -> "Screen":
        answer = self.caller.send(self.phone).get_json()
        assert answer["success"], answer
        self.request_id = answer["requestId"]
        return self

    def ask(self, **members: Any) -> TestResponse:
        asked = {"phoneNumber": self.phone, "requestId": self.request_id} | members
        return self.caller.call("status", **asked)

    def status(self, **members: Any) -> dict[str, Any]:
        """The answer's members."""
        answer = self.ask(**members)
        told: dict[str, Any] = answer.get_json()
        assert answer.status_code == 200, told
        return told


def report_of(message: InboxMessage, word: str, code: int | None = None) -> dict[str, Any]:
    return status(
        word,
        id=message.wamid,
        recipient_id=message.to.removeprefix("+"),
        timestamp=str(int(message.accepted_at) + 2),
        biz_opaque_callback_data=message.callback_data,
        **({"errors": [error(code)]} if code else {}),
    )
