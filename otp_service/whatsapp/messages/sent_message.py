"""What Meta answers to a message that it took."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otp_service.whatsapp.graph_values import members, text

if TYPE_CHECKING:
    from otp_service.whatsapp.graph_values import JsonObject


@dataclass(frozen=True)
class SentMessage:
    """A message that Meta accepted, which is not yet delivered.

    Hidden from repr: `wa_id` is the recipient's number, and `wamid` holds it in base64.
    `message_status`: `accepted`, `held_for_quality_assessment`, `paused` or absent.
    """

    wamid: str = field(repr=False)
    wa_id: str | None = field(repr=False)
    message_status: str | None


def sent_message(answer: JsonObject) -> SentMessage | None:
    """Return the message of an answer, or None if the answer names none."""
    message = next(iter(members(answer, "messages")), {})
    wamid = message.get("id")
    if not isinstance(wamid, str) or not wamid:
        return None
    contact = next(iter(members(answer, "contacts")), {})
    return SentMessage(
        wamid=wamid,
        wa_id=text(contact, "wa_id"),
        message_status=text(message, "message_status"),
    )
