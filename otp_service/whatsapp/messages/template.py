"""Templates that Meta approved, the only messages that may open a conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.messages.content import MessageContent, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")


def template_message(
    name: str, language: str, components: Sequence[Mapping[str, object]]
) -> MessageContent:
    """Return the template `name` in `language` with the values of its variables.

    `components` are Meta's objects: `{"type": "body", "parameters": [{"type": "text", ...}]}`.
    Raises InvalidArgumentError. Source: "Template messages", Cloud API.
    """
    if not _NAME.fullmatch(string(name, "template")):
        raise InvalidArgumentError("template must be lowercase letters, digits and underscores")
    if not _LANGUAGE.fullmatch(string(language, "language")):
        raise InvalidArgumentError("language must be one of Meta's codes, such as en_US or es")
    parts = list(components)
    if not all(_is_component(part) for part in parts):
        raise InvalidArgumentError('components must be objects, each with a "type"')
    body: dict[str, object] = {"name": name, "language": {"code": language}}
    if parts:
        body["components"] = parts
    return MessageContent("template", body, tuple(_values(parts)))


def _is_component(part: object) -> bool:
    return isinstance(part, Mapping) and isinstance(part.get("type"), str)


def _values(node: object) -> Iterator[str]:
    """Every value that a person reads: what is not a name of Meta's own."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from _values(item)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if isinstance(value, str) and key not in {"type", "sub_type", "index"}:
                yield value
            else:
                yield from _values(value)
