"""The part of a message that differs by kind, and the checks that several kinds share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from otp_service.whatsapp.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

_WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_-]{1,512}")


@dataclass(frozen=True)
class MessageContent:
    """`body` is the object that goes into the payload under the name `type`.

    `private`: the texts in it that no error of ours may repeat after Meta did.
    """

    type: str
    body: Mapping[str, object] = field(repr=False)
    private: tuple[str, ...] = field(repr=False)


def string(value: object, name: str) -> str:
    """Return `value` if it is a string; a caller without a type checker gets a clear error."""
    if not isinstance(value, str):
        raise InvalidArgumentError(f"{name} must be a string")
    return value


def checked_text(value: object, name: str, *, longest: int) -> str:
    """Return `value` if it is 1 to `longest` characters that show. Raises InvalidArgumentError."""
    text = string(value, name)
    if not text.strip() or len(text) > longest:
        raise InvalidArgumentError(f"{name} must be 1 to {longest} characters, not only blanks")
    return text


def checked_link(value: object, name: str) -> str:
    """Return `value` if Meta could fetch it. Raises InvalidArgumentError unless it is https."""
    link = string(value, name)
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or re.search(r"\s", link):
        raise InvalidArgumentError(f"{name} must be an https:// address that Meta can reach")
    if parts.username or parts.password:
        raise InvalidArgumentError(f"{name} must hold no credentials: Meta gets it as it is")
    return link


def checked_message_id(value: object, name: str) -> str:
    """Return `value` if it looks like a wamid. Raises InvalidArgumentError."""
    message_id = string(value, name)
    if not _WAMID.fullmatch(message_id):
        raise InvalidArgumentError(f'{name} must be a message id of Meta\'s, from "wamid." on')
    return message_id
