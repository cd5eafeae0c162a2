"""Texts, pictures and sound, which only go to people who wrote in the last 24 hours.

Meta, "Text messages", "Image messages" and "Audio messages".
"""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError
from otp_service.simulator.inbox_message import MessageContent
from otp_service.simulator.parameters import JsonObject, only_keys, required_object, required_text
from otp_service.simulator.send_request import callback_data

#: Meta takes a link there, but cannot fetch it: the message fails with 131053.
BROKEN_HOST: Final = "broken.example"

_LONGEST_TEXT = 4096
_LONGEST_CAPTION = 1024
_MEDIA_NOT_FETCHED = 131053


def read_free_form(
    body: JsonObject, kind: str, to: str, media_ids: Collection[str]
) -> MessageContent:
    """`kind`: the message's type, `to`: E.164, `media_ids`: what was uploaded and not deleted.

    Raises `GraphError` 100 for what the type's object lacks or must not have, 131009 for an
    unknown media id, 131051 for a type that is not simulated.
    """
    text: str | None = None
    media: str | None = None
    if kind == "text":
        text = _read_text(body)
    elif kind == "image":
        text, media = _read_image(body, media_ids)
    elif kind == "audio":
        media = _read_audio(body, media_ids)
    else:
        raise GraphError.of(131051, f"{kind} messages are not simulated {OWN_STRICTNESS}")
    return MessageContent(to, callback_data(body), type=kind, text=text, media=media)


def delivery_failure(content: MessageContent) -> int | None:
    """The code with which a taken message fails, because of what is in it."""
    is_broken = content.media is not None and urlsplit(content.media).hostname == BROKEN_HOST
    return _MEDIA_NOT_FETCHED if is_broken else None


def _read_text(body: JsonObject) -> str:
    text = required_object(body, "text", "text")
    only_keys(text, ("body", "preview_url"), "text")
    _check_switch(text, "preview_url", "text['preview_url']")
    return _limited(required_text(text, "body", "text['body']"), "text['body']", _LONGEST_TEXT)


def _read_image(body: JsonObject, media_ids: Collection[str]) -> tuple[str | None, str]:
    image = required_object(body, "image", "image")
    only_keys(image, ("link", "id", "caption"), "image")
    media = _read_media(image, "image", media_ids)
    if image.get("caption") in (None, ""):
        return None, media
    caption = required_text(image, "caption", "image['caption']")
    return _limited(caption, "image['caption']", _LONGEST_CAPTION), media


def _read_audio(body: JsonObject, media_ids: Collection[str]) -> str:
    audio = required_object(body, "audio", "audio")
    only_keys(audio, ("link", "id", "voice"), "audio")
    _check_switch(audio, "voice", "audio['voice']")
    return _read_media(audio, "audio", media_ids)


def _read_media(media: JsonObject, path: str, media_ids: Collection[str]) -> str:
    """The link, or the id."""
    if media.get("link") is not None and media.get("id") is not None:
        raise GraphError.parameter(
            f"Param {path} must have a link or an id.", details=f"not both {OWN_STRICTNESS}"
        )
    if media.get("id") is None:
        return _read_link(required_text(media, "link", f"{path}['link']"), path)
    media_id = required_text(media, "id", f"{path}['id']")
    if media_id not in media_ids:
        raise GraphError.of(131009, f"{path}: no media has this id {OWN_STRICTNESS}")
    return media_id


def _read_link(link: str, path: str) -> str:
    try:
        parts = urlsplit(link)
        is_https = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        is_https = False
    if not is_https:
        raise GraphError.parameter(
            f"Param {path}['link'] is not a valid URI.", details=f"https only {OWN_STRICTNESS}"
        )
    return link


def _limited(text: str, path: str, most: int) -> str:
    if len(text) > most:
        raise GraphError.parameter(f"Param {path} must be at most {most} characters long.")
    return text


def _check_switch(owner: JsonObject, key: str, path: str) -> None:
    if not isinstance(owner.get(key, False), bool):
        raise GraphError.parameter(f"Param {path} must be a boolean.")
