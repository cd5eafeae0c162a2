"""`fields=id,health_status,conversation_analytics.start(1).end(2)`: what of a node to answer.

Meta, "Graph API, Field expansion". One unknown name refuses the whole call.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from otp_service.simulator.graph_error import GraphError

_FIELD = re.compile(r"([a-z_]+)((?:\.[a-z_]+\([^()]*\))*)(?:\{([a-z_,]*)\})?")
_ARGUMENT = re.compile(r"\.([a-z_]+)\(([^()]*)\)")
_OUTSIDE_BRACKETS = re.compile(r",(?![^(]*\))(?![^{]*\})")


@dataclass(frozen=True)
class Field:
    """`arguments`: what stands in parentheses behind a dot, by name, as it was written."""

    name: str
    arguments: Mapping[str, str]


FieldReader = Callable[[Field], Any]


def read_fields(given: str | None, default: tuple[str, ...]) -> list[Field]:
    """The fields asked for, else the default ones. `id` is always among them at Meta."""
    if not given:
        return [Field(name, {}) for name in default]
    return [_read_field(part.strip()) for part in _OUTSIDE_BRACKETS.split(given)]


def pick(fields: list[Field], known: Mapping[str, FieldReader], node_type: str) -> dict[str, Any]:
    """The node's members in the order asked for; those whose value is None are left out.

    Raises `GraphError` 100 with the first name the node does not have.
    """
    for field in fields:
        if field.name not in known:
            raise nonexisting_field(field.name, node_type)
    members = {field.name: known[field.name](field) for field in fields}
    return {name: value for name, value in members.items() if value is not None}


def nonexisting_field(name: str, node_type: str) -> GraphError:
    return GraphError.parameter(
        f"Tried accessing nonexisting field ({name}) on node type ({node_type})"
    )


def _read_field(text: str) -> Field:
    match = _FIELD.fullmatch(text)
    if not match:
        raise GraphError(2500, f"Syntax error in fields: {text}")
    return Field(match[1], dict(_ARGUMENT.findall(match[2])))
