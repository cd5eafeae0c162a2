"""What the service tells of itself: metrics always, traces where a collector is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otp_service.adapters.prometheus_metrics import PrometheusMetrics

if TYPE_CHECKING:
    from pathlib import Path

    from otp_service.adapters.opentelemetry_tracing import OpenTelemetryTracing
    from otp_service.adapters.redis_calls import CallObserver
    from otp_service.settings import Settings


@dataclass(frozen=True, slots=True)
class Telemetry:
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    tracing: OpenTelemetryTracing | None = None

    @property
    def of_redis(self) -> tuple[CallObserver, ...]:
        tracing = (self.tracing.redis_call,) if self.tracing else ()
        return self.metrics.redis_call, *tracing

    @property
    def of_meta(self) -> tuple[CallObserver, ...]:
        tracing = (self.tracing.meta_call,) if self.tracing else ()
        return self.metrics.meta_call, *tracing


def build_telemetry(settings: Settings, directory: Path | None = None) -> Telemetry:
    """For one serving process; `directory` is what it shares with the others of its instance."""
    metrics = PrometheusMetrics(directory)
    if not settings.otel_exporter_otlp_endpoint:
        return Telemetry(metrics)
    # An extra: it is only there for who asks for it.
    from otp_service.adapters.opentelemetry_tracing import OpenTelemetryTracing  # noqa: PLC0415

    return Telemetry(metrics, OpenTelemetryTracing(settings.otel_exporter_otlp_endpoint))
