"""One log line a request, and the X-Request-ID that ties it to the caller's own log."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request

_log = structlog.get_logger("otp_service.request")
# With a letter in it: one of digits only could be a phone number, and this is logged.
_ACCEPTED_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._:-]{1,64}")
# Probes every few seconds would bury the rest.
_QUIET = {"/healthz", "/readyz"}


def register_request_log(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_finish)


def note(**facts: str) -> None:
    """Add facts to this request's line: masked and coarse ones only."""
    structlog.contextvars.bind_contextvars(**facts)


def _start() -> None:
    g.received_at = time.monotonic()
    given = request.headers.get("X-Request-ID", "")
    g.http_request_id = given if _ACCEPTED_ID.fullmatch(given) else secrets.token_urlsafe(12)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.http_request_id)


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.http_request_id
    client = g.get("client")
    if request.path in _QUIET and response.status_code == 200:
        return response
    _log.info(
        "request",
        method=request.method,
        # The rule, never the path: a role's path holds a phone number.
        route=request.url_rule.rule if request.url_rule else None,
        client=client.client_id if client else None,
        outcome=g.get("outcome", "ok"),
        status=response.status_code,
        ms=round((time.monotonic() - g.received_at) * 1000, 1),
    )
    return response
