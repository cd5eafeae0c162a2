"""Text in free form, for people who wrote to the business in the last 24 hours."""

from __future__ import annotations

from otp_service.whatsapp.messages.content import MessageContent, checked_text

_LONGEST_TEXT = 4096


def text_message(text: str, *, preview_url: bool) -> MessageContent:
    """Return a text; `preview_url` shows a card of the first link in it.

    Raises InvalidArgumentError outside 1 to 4096 characters. Source: "Text messages", Cloud API.
    """
    body = checked_text(text, "text", longest=_LONGEST_TEXT)
    return MessageContent("text", {"body": body, "preview_url": bool(preview_url)}, (body,))
