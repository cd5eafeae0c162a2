"""The exception for a refused call, and Meta's JSON error envelope.

Meta, "Graph API, Handling errors" and "Cloud API error codes".
"""

import secrets
from dataclasses import KW_ONLY, dataclass
from typing import Any

from otp_service.simulator.error_codes import ERROR_KINDS, GRAPH_METHOD_EXCEPTION, OAUTH_EXCEPTION

#: Sent with every refusal that is the simulator's own choice, so that nobody takes it for Meta's.
OWN_STRICTNESS = "(simulator's own strictness)"


@dataclass(eq=False)
class GraphError(Exception):
    """A refusal, ready to be sent: `http_status` and `to_json()`."""

    code: int
    message: str
    _: KW_ONLY
    http_status: int = 400
    details: str | None = None
    error_type: str = OAUTH_EXCEPTION
    subcode: int | None = None
    is_transient: bool | None = None
    user_title: str | None = None
    user_msg: str | None = None

    @classmethod
    def of(cls, code: int, details: str | None = None) -> "GraphError":
        """The error of Meta's table with that code; `details` replaces the recorded text.

        Raises `KeyError` for a code a `/messages` send cannot meet.
        """
        kind = ERROR_KINDS[code]
        if kind.is_graph_layer:
            message, details = kind.title, None
        else:
            message, details = f"(#{code}) {kind.title}", details or kind.details or kind.title
        return cls(
            code,
            message,
            http_status=kind.http_status,
            details=details,
            subcode=kind.subcode,
            is_transient=kind.is_transient,
        )

    @classmethod
    def parameter(cls, sentence: str, *, details: str | None = None) -> "GraphError":
        """Code 100 of the Graph layer, which names the parameter in `message`."""
        return cls(100, f"(#100) {sentence}", details=details)

    @classmethod
    def required(cls, parameter: str) -> "GraphError":
        return cls.parameter(f"The parameter {parameter} is required.")

    @classmethod
    def unsupported_object(cls, method: str, node_id: str) -> "GraphError":
        """An id that is unknown, not ours, or has no such edge: the answer is one and the same."""
        return cls(
            100,
            f"Unsupported {method.lower()} request. Object with ID '{node_id}' does not exist, "
            "cannot be loaded due to missing permissions, or does not support this operation",
            error_type=GRAPH_METHOD_EXCEPTION,
            subcode=33,
        )

    def to_json(self) -> dict[str, Any]:
        """The body `{"error": {...}}`."""
        error: dict[str, Any] = {
            "message": self.message,
            "type": self.error_type,
            "code": self.code,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.is_transient is not None:
            error["is_transient"] = self.is_transient
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.user_title is not None:
            error["error_user_title"] = self.user_title
        if self.user_msg is not None:
            error["error_user_msg"] = self.user_msg
        error["fbtrace_id"] = f"A{secrets.token_urlsafe(16)}"
        return {"error": error}
