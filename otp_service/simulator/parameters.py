"""Typed reading of a JSON body, refusing as the Graph layer does: code 100, naming the parameter.

Meta, "Graph API, Handling errors". A `path` is Meta's own notation: `template['language']`.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError

JsonObject: TypeAlias = Mapping[str, Any]


def read_body(raw: bytes) -> JsonObject | None:
    """The JSON object in a request body, None when there is none."""
    try:
        body = json.loads(raw)
        # Half a surrogate pair can be read but never written again, to a page for example.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def required_text(owner: JsonObject, key: str, path: str) -> str:
    """A non-empty string."""
    value = owner.get(key)
    if value is None or value == "":
        raise GraphError.required(path)
    if not isinstance(value, str):
        raise GraphError.parameter(f"Param {path} must be a string.")
    return value


def required_object(owner: JsonObject, key: str, path: str) -> JsonObject:
    value = owner.get(key)
    if value is None:
        raise GraphError.required(path)
    return as_object(value, path)


def as_object(value: object, path: str) -> JsonObject:
    if not isinstance(value, dict):
        raise GraphError.parameter(f"Param {path} must be a JSON object.")
    return value


def optional_list(owner: JsonObject, key: str, path: str) -> list[Any]:
    """A list; absent is the same as empty."""
    value = owner.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise GraphError.parameter(f"Param {path} must be an array.")
    return value


def one_of(value: object, names: Collection[str], path: str) -> str:
    """One of Meta's enum names, which it compares without regard to case; gives it lowercase."""
    if isinstance(value, str) and value.upper() in names:
        return value.lower()
    shown = value if isinstance(value, str) else json.dumps(value)
    raise GraphError.parameter(
        f'Param {path} must be one of {{{", ".join(names)}}} - got "{shown}"'
    )


def only_keys(owner: JsonObject, known: Collection[str], path: str) -> None:
    """A misspelled member would otherwise be dropped in silence."""
    for key in owner:
        if key not in known:
            raise GraphError.parameter(
                f'Unexpected key "{key}" on param "{path}".',
                details=f"{path} has no member {key} {OWN_STRICTNESS}",
            )
