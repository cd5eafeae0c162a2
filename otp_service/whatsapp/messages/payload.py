"""The body of `POST /{phone number id}/messages`: what every message has around its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.messages.content import checked_message_id, string

if TYPE_CHECKING:
    from otp_service.whatsapp.messages.content import MessageContent

_LONGEST_CALLBACK_DATA = 512


def message_payload(
    to: str,
    content: MessageContent,
    *,
    reply_to: str | None = None,
    callback_data: str | None = None,
    identity_key_hash: str | None = None,
) -> dict[str, object]:
    """Return the message to one person, `to` in E.164.

    `reply_to`: wamid of the message it answers. `callback_data`: up to 512 characters that come
    back in every status webhook. `identity_key_hash`: the only identity that may get it; for any
    other the message fails (137000). Raises InvalidArgumentError. Source: "Messages", Cloud API.
    """
    payload: dict[str, object] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": content.type,
        content.type: content.body,
    }
    if reply_to is not None:
        payload["context"] = {"message_id": checked_message_id(reply_to, "reply_to")}
    if callback_data is not None:
        payload["biz_opaque_callback_data"] = _checked_callback_data(callback_data)
    if identity_key_hash is not None:
        payload["recipient_identity_key_hash"] = string(identity_key_hash, "identity_key_hash")
    return payload


def read_receipt_payload(message_id: str, *, typing_indicator: bool) -> dict[str, object]:
    """Return the order to mark an inbound message as read, at most 30 days old.

    Raises InvalidArgumentError. Source: "Mark message as read", "Typing indicators", Cloud API.
    """
    payload: dict[str, object] = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": checked_message_id(message_id, "message_id"),
    }
    if typing_indicator:
        payload["typing_indicator"] = {"type": "text"}
    return payload


def _checked_callback_data(callback_data: str) -> str:
    if not 1 <= len(string(callback_data, "callback_data")) <= _LONGEST_CALLBACK_DATA:
        raise InvalidArgumentError("callback_data must be 1 to 512 characters")
    return callback_data
