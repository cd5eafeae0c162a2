"""Reads members of a decoded Graph answer, bearing what Meta leaves out or has yet to invent.

A member of an unexpected type reads as None: a setup check must not fail on a new enum value or
on one odd field of twenty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonObject: TypeAlias = "Mapping[str, object]"


def text(node: JsonObject, name: str) -> str | None:
    """A string. Ids come as strings, but also as numbers (webhooks, old versions)."""
    value = node.get(name)
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else None


def integer(node: JsonObject, name: str) -> int | None:
    """A whole number, written as one or in digits."""
    value = node.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if type(value) is int else None


def number(node: JsonObject, name: str) -> float | None:
    value = node.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def flag(node: JsonObject, name: str) -> bool | None:
    value = node.get(name)
    return value if isinstance(value, bool) else None


def member(node: JsonObject, name: str) -> JsonObject:
    """An object; empty when absent."""
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def members(node: JsonObject, name: str) -> list[JsonObject]:
    """The objects of a list; what is no object is left out."""
    value = node.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(node: JsonObject, name: str) -> tuple[str, ...]:
    value = node.get(name)
    items = value if isinstance(value, list) else ()
    return tuple(item for item in items if isinstance(item, str))
