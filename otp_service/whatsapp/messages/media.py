"""Pictures and sound by link, for people who wrote to the business in the last 24 hours.

Meta fetches the link after it took the message: one that fails is reported by webhook (131053).
"""

from __future__ import annotations

from otp_service.whatsapp.messages.content import MessageContent, checked_link, checked_text

_LONGEST_CAPTION = 1024


def image_message(image_url: str, caption: str | None) -> MessageContent:
    """Return a JPEG or PNG of up to 5 MB at an https link, with up to 1024 characters below it.

    Raises InvalidArgumentError. Source: "Image messages", Cloud API.
    """
    link = checked_link(image_url, "image_url")
    if caption is None:
        return MessageContent("image", {"link": link}, (link,))
    words = checked_text(caption, "caption", longest=_LONGEST_CAPTION)
    return MessageContent("image", {"link": link, "caption": words}, (link, words))


def audio_message(audio_url: str) -> MessageContent:
    """Return AAC, AMR, MP3, M4A or OGG (Opus, mono) of up to 16 MB at an https link.

    Raises InvalidArgumentError. Source: "Audio messages", Cloud API.
    """
    link = checked_link(audio_url, "audio_url")
    return MessageContent("audio", {"link": link}, (link,))
