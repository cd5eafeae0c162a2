"""One call of a management endpoint: its parameters, from the query, a form or a JSON body.

Meta, "Graph API, Overview": a parameter may stand in the query or in the body.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Request

from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError
from otp_service.simulator.parameters import JsonObject, as_object, only_keys, read_body

_FORM = "application/x-www-form-urlencoded"
_ALWAYS_KNOWN = ("appsecret_proof",)


@dataclass(frozen=True)
class GraphCall:
    """`node_id`: the first id of the path. `parameters`: those of the query, then of the body."""

    node_id: str
    parameters: JsonObject

    def text(self, name: str) -> str | None:
        """A string, None when absent or empty. Raises `GraphError` 100 for any other type."""
        value = self.parameters.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise GraphError.parameter(f"Param {name} must be a string.")
        return value

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise GraphError.required(name)
        return value

    def integer(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number in digits, None when absent."""
        value = self.parameters.get(name)
        if value is None:
            return None
        digits = str(value)
        if not (digits.isascii() and digits.isdecimal() and least <= int(digits) <= most):
            raise GraphError.parameter(f"Param {name} must be an integer from {least} to {most}.")
        return int(digits)

    def names(self, name: str) -> list[str] | None:
        """A list: as JSON, or with commas between. None when absent."""
        value = self.parameters.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            value = _decoded(value) if value.startswith("[") else value.split(",")
        if not isinstance(value, list):
            raise GraphError.parameter(f"Param {name} must be an array.")
        return [str(item).strip() for item in value]

    def object(self, name: str) -> JsonObject | None:
        value = self.parameters.get(name)
        return None if value is None else as_object(value, name)


def read_call(request: Request, node_id: str, known: Collection[str]) -> GraphCall:
    """Raises `GraphError` 100 for a body that cannot be read or a parameter nobody knows.

    Meta drops unknown parameters; here a misspelled one is found.
    """
    parameters: dict[str, Any] = request.args.to_dict()
    if request.mimetype == _FORM:
        parameters |= request.form.to_dict()
    elif request.get_data():
        body = read_body(request.get_data()) if request.is_json else None
        if body is None:
            raise GraphError.parameter(
                "The body cannot be read.",
                details=f"neither JSON object nor form {OWN_STRICTNESS}",
            )
        parameters |= body
    only_keys(parameters, (*known, *_ALWAYS_KNOWN), "query or body")
    return GraphCall(node_id, parameters)


def _decoded(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return value
