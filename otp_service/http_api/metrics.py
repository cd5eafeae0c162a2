"""`GET /metrics`: what monitoring asks for, and the requests that it counts."""

import time
from collections.abc import Callable
from typing import Protocol

from flask import Blueprint, Flask, Response, g, request

MetricsPage = Callable[[str], tuple[bytes, str]]


class RequestMeter(Protocol):
    def request(
        self, *, rule: tuple[str, str], action: str, outcome: str, client: str, took_s: float
    ) -> None:
        """`rule` is method and route, `action` that of `POST /`; "" is for what there is not."""
        ...


def register_request_meter(app: Flask, meter: RequestMeter) -> None:
    """Before the request log, so that this is after it: `received_at` is the log's."""

    @app.after_request
    def count(response: Response) -> Response:
        client, rule = g.get("client"), request.url_rule
        meter.request(
            # The rule, never the address: a role's holds a phone number.
            rule=(request.method, rule.rule) if rule else ("", ""),
            action=g.get("action", ""),
            outcome=g.get("outcome", "ok"),
            client=client.client_id if client else "",
            took_s=time.monotonic() - g.received_at,
        )
        return response


def metrics_blueprint(page: MetricsPage) -> Blueprint:
    """`page` is given the Accept header; it returns the page and its Content-Type."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        body, content_type = page(request.headers.get("Accept", ""))
        return Response(body, content_type=content_type)

    return blueprint
