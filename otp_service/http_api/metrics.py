"""`GET /metrics`: what monitoring asks for."""

from collections.abc import Callable

from flask import Blueprint, Response, request

MetricsPage = Callable[[str], tuple[bytes, str]]


def metrics_blueprint(page: MetricsPage) -> Blueprint:
    """`page` is given the Accept header; it returns the page and its Content-Type."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        body, content_type = page(request.headers.get("Accept", ""))
        return Response(body, content_type=content_type)

    return blueprint
