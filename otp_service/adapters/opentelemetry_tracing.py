"""Spans of requests, Redis and Meta for an OpenTelemetry collector, over OTLP/HTTP.

Needs the extra `otel`. Nothing of a request is copied into a span but its route and its outcome:
an address holds phone numbers, and so may an exception's text.
"""

from __future__ import annotations

import atexit
import math
import time
from typing import TYPE_CHECKING

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from otp_service import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

_SERVICE = "otp-service"
_NANOSECONDS = 1_000_000_000
# With what is repeated.
_PATIENCE_S = 2.0


class _Exporter(OTLPSpanExporter):
    """Gives up what is left at the instant `until`, on the monotonic clock."""

    until = math.inf

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        # Of a collector that hangs each batch of a full queue would be waited for.
        if time.monotonic() >= self.until:
            return SpanExportResult.FAILURE
        return super().export(spans)


class OpenTelemetryTracing:
    """`endpoint` is the collector's base URL, as in OTEL_EXPORTER_OTLP_ENDPOINT.

    The SDK's other variables (headers, sampler, batches) are read by the SDK. A collector that is
    away costs spans and no request. What is left is sent when the process exits.

    `patience_s` is for one batch; a stop takes twice that at most.
    """

    def __init__(self, endpoint: str, patience_s: float = _PATIENCE_S) -> None:
        self._patience_s = patience_s
        resource = Resource.create({"service.name": _SERVICE, "service.version": __version__})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._exporter = _Exporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=patience_s)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer(_SERVICE, __version__)
        self._callers = TraceContextTextMapPropagator()
        atexit.register(self.close)

    def begin_request(
        self, method: str, route: str, of_caller: Mapping[str, str]
    ) -> Callable[[int, str], None]:
        """Spans of this thread are parts of this one until the returned function ends it.

        It takes the answer's status and the outcome. `of_caller`: W3C Trace Context, whose trace
        goes on.
        """
        span = self._tracer.start_span(
            f"{method} {route}".strip(),
            # Never what is left of another request of this thread.
            self._callers.extract(of_caller, Context()),
            SpanKind.SERVER,
            {"http.request.method": method, "http.route": route},
        )
        token = context.attach(trace.set_span_in_context(span))

        def end(status: int, outcome: str) -> None:
            span.set_attributes({"http.response.status_code": status, "otp.outcome": outcome})
            if status >= 500:
                span.set_status(Status(StatusCode.ERROR))
            span.end()
            context.detach(token)

        return end

    def redis_call(self, call: str, took_s: float, error: str) -> None:
        """A CallObserver."""
        names = {"db.system.name": "redis", "db.operation.name": call}
        self._ended(f"redis {call}", names, took_s, error)

    def meta_call(self, call: str, took_s: float, error: str) -> None:
        """A CallObserver."""
        self._ended(f"meta {call}", {"peer.service": "meta"}, took_s, error)

    def close(self) -> None:
        """Send what is left."""
        self._exporter.until = min(self._exporter.until, time.monotonic() + self._patience_s)
        self._provider.shutdown()

    def _ended(self, name: str, attributes: dict[str, str], took_s: float, error: str) -> None:
        # Of a probe, or of a job: every few seconds there would be a trace of this one span.
        if not trace.get_current_span().get_span_context().is_valid:
            return
        ended_at = time.time_ns()
        began_at = ended_at - int(took_s * _NANOSECONDS)
        span = self._tracer.start_span(
            name, kind=SpanKind.CLIENT, attributes=attributes, start_time=began_at
        )
        if error:
            span.set_attribute("error.type", error)
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended_at)
