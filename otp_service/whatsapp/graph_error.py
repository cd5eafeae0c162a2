"""Reads the error object of a Graph API answer, and Meta's word on how long to wait."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otp_service.whatsapp.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TRACE_ID = re.compile(r"[A-Za-z0-9_+/=.-]{1,64}")


@dataclass(frozen=True)
class GraphError:
    """The error object of an answer ("Handling Errors", Graph API; "Error codes", Cloud API).

    `message` and `details` are Meta's words and may hold a phone number: never log them.
    `safe_details` is the same text with numbers, passcodes and tokens masked, and
    `safe_user_message` what Meta would show a person, masked likewise; management errors have it.
    `estimated_time_to_regain_access` is in minutes, from `X-Business-Use-Case-Usage`.
    """

    code: int
    subcode: int | None
    type: str | None
    details: str | None = field(repr=False)
    message: str = field(repr=False)
    safe_details: str
    fbtrace_id: str | None
    http_status: int
    is_transient: bool
    estimated_time_to_regain_access: int | None
    safe_user_message: str | None = None


def parse_graph_error(
    http_status: int, headers: Mapping[str, str], body: object, *, secrets: Iterable[str]
) -> GraphError | None:
    """Return the Graph error in a decoded JSON `body`, or None if it holds none with a code.

    `secrets` are strings that `safe_details` must not show, whatever they look like.
    """
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or type(error.get("code")) is not int:
        return None
    data = error.get("error_data")
    details = _text(data.get("details")) if isinstance(data, dict) else None
    message = _text(error.get("message")) or ""
    kind = _text(error.get("type"))
    return GraphError(
        code=error["code"],
        subcode=_integer(error.get("error_subcode")),
        type=redact(kind, secrets) if kind else None,
        details=details,
        message=message,
        safe_details=redact(details or message, secrets),
        fbtrace_id=_trace_id(error.get("fbtrace_id")),
        http_status=http_status,
        is_transient=error.get("is_transient") is True,
        estimated_time_to_regain_access=_regain_access_min(headers),
        safe_user_message=_user_message(error, secrets),
    )


def _user_message(error: Mapping[str, object], secrets: Iterable[str]) -> str | None:
    texts = (_text(error.get(name)) for name in ("error_user_title", "error_user_msg"))
    return redact(": ".join(filter(None, texts)), secrets) or None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    return value if type(value) is int else None


def _trace_id(value: object) -> str | None:
    return value if isinstance(value, str) and _TRACE_ID.fullmatch(value) else None


def _regain_access_min(headers: Mapping[str, str]) -> int | None:
    # The header lists every business the token touches, and zero means "not throttled".
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = [
            entry["estimated_time_to_regain_access"]
            for entries in usage.values()
            for entry in entries
        ]
        return max(filter(None, map(_integer, minutes)), default=None)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
