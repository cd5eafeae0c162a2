"""A span for each request, where tracing is switched on."""

from collections.abc import Callable, Mapping
from typing import Protocol

from flask import Flask, Response, g, request

# Asked every few seconds, by nobody who would look at them.
_UNTRACED = frozenset({"/healthz", "/readyz", "/metrics"})
_TRACE_CONTEXT = ("traceparent", "tracestate")
# A caller may make up others; OpenTelemetry, "HTTP spans", has one word for those.
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_OTHER_METHOD = "_OTHER"


class RequestTracing(Protocol):
    def begin_request(
        self, method: str, route: str, of_caller: Mapping[str, str]
    ) -> Callable[[int, str], None]:
        """Begin a span; the returned function ends it with the answer's status and outcome.

        `of_caller`: W3C Trace Context, which the span becomes a part of.
        """
        ...


def register_tracing(app: Flask, tracing: RequestTracing) -> None:
    @app.before_request
    def begin() -> None:
        rule = request.url_rule
        # The rule, never the address: a role's holds a phone number.
        route = rule.rule if rule else ""
        if route not in _UNTRACED:
            of_caller = {name: request.headers.get(name, "") for name in _TRACE_CONTEXT}
            method = request.method if request.method in _METHODS else _OTHER_METHOD
            g.end_span = tracing.begin_request(method, route, of_caller)

    @app.after_request
    def end(response: Response) -> Response:
        if "end_span" in g:
            g.end_span(response.status_code, g.get("outcome", "ok"))
        return response
