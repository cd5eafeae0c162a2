"""One log line and one count a request; the X-Request-ID that ties it to the caller's own log."""

import base64
import random
import re
import time
from typing import Protocol

import structlog
from flask import Flask, Response, g, request

_log = structlog.get_logger("otp_service.request")
# With a letter in it: one of digits only could be a phone number, and this is logged.
_ACCEPTED_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._:-]{1,64}")
# Probes every few seconds would bury the rest.
_QUIET = {"/healthz", "/readyz"}


class RequestMeter(Protocol):
    def request(
        self, *, rule: tuple[str, str], action: str, outcome: str, client: str, took_s: float
    ) -> None:
        """`rule` is method and route, `action` that of `POST /`; "" is for what there is not."""
        ...


def register_request_log(app: Flask, meter: RequestMeter) -> None:
    app.before_request(_start)

    @app.after_request
    def finish(response: Response) -> Response:
        facts = vars(g)
        response.headers["X-Request-ID"] = facts["http_request_id"]
        took_s = time.monotonic() - facts["received_at"]
        client, outcome = facts.get("client"), facts.get("outcome", "ok")
        client_id = client.client_id if client else None
        # The rule, never the path: a role's path holds a phone number.
        method, rule = request.method, request.url_rule
        route = rule.rule if rule else None
        meter.request(
            rule=(method, route) if route else ("", ""),
            action=facts.get("action", ""),
            outcome=outcome,
            client=client_id or "",
            took_s=took_s,
        )
        status = response.status_code
        if route not in _QUIET or status != 200:
            _log.info(
                "request",
                method=method,
                route=route,
                client=client_id,
                outcome=outcome,
                status=status,
                ms=round(took_s * 1000, 1),
            )
        return response


def note(**facts: str) -> None:
    """Add facts to this request's line: masked and coarse ones only."""
    structlog.contextvars.bind_contextvars(**facts)


def _start() -> None:
    g.received_at = time.monotonic()
    given = request.environ.get("HTTP_X_REQUEST_ID", "")
    request_id = given if _ACCEPTED_ID.fullmatch(given) else _new_id()
    g.http_request_id = request_id
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def _new_id() -> str:
    # An id and no secret: what the system's source of randomness costs is a call that other
    # threads have to make way for. Python seeds this one anew in each process.
    return base64.urlsafe_b64encode(random.randbytes(12)).decode()  # noqa: S311
