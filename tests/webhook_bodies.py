"""The JSON of Meta's webhooks, as Meta's pages show it: one part in a word each."""

import json
from typing import Any

OBJECT = "whatsapp_business_account"
WABA_ID = "102290129340398"


def body_of(*entries: Any, **others: Any) -> bytes:
    """In the escaped form that Meta signs and sends."""
    return json.dumps({"object": OBJECT, "entry": list(entries), **others}).encode("ascii")


def entry(*changes: Any, **others: Any) -> dict[str, Any]:
    return {"id": WABA_ID, "changes": list(changes), **others}


def change(name: str, value: Any, **others: Any) -> dict[str, Any]:
    return {"field": name, "value": value, **others}


def statuses(*items: Any, **others: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": list(items)}
    return change("messages", value | others)


def messages(*items: Any) -> dict[str, Any]:
    return change("messages", {"messaging_product": "whatsapp", "messages": list(items)})


def status(word: Any = "sent", **others: Any) -> dict[str, Any]:
    return {
        "id": "wamid.A",
        "status": word,
        "timestamp": "1760000000",
        "recipient_id": "12395550100",
        "biz_opaque_callback_data": "label",
        **others,
    }


def error(code: Any) -> dict[str, Any]:
    title = "Message undeliverable"
    return {"code": code, "title": title, "message": title, "href": "/docs/error-codes/"}


def press(wamid: Any = "wamid.OTP", payload: Any = "DID_NOT_REQUEST_CODE") -> dict[str, Any]:
    """Somebody pressed the button under the message `wamid`."""
    return {
        "context": {"from": "15550783881", "id": wamid},
        "from": "12395550100",
        "id": "wamid.B",
        "timestamp": "1760000030",
        "type": "button",
        "button": {"payload": payload, "text": "I didn't request a code"},
    }
