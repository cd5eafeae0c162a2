"""Traces: a request's span with those of Redis and Meta below it, and nothing about a person."""

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from otp_service.adapters.opentelemetry_tracing import OpenTelemetryTracing
from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.bootstrap.telemetry import Telemetry, build_telemetry
from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY
from tests.environment import environment, settings_of
from tests.http_api.collector import Collector, Span, running_collector
from tests.http_api.conftest import PHONE, Caller

TRACE_ID, CALLER_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@dataclass
class Traced:
    app: Flask
    telemetry: Telemetry
    collector: Collector

    def spans(self) -> list[Span]:
        """All so far; what comes later is not told any more."""
        assert self.telemetry.tracing
        self.telemetry.tracing.close()
        return self.collector.spans


@pytest.fixture
def traced(redis_url: str, simulator: RunningSimulator) -> Iterator[Traced]:
    with running_collector() as collector:
        variables = environment(
            redis_url, simulator.base_url, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url
        )
        settings = settings_of(variables)
        telemetry = build_telemetry(settings)
        app = create_app(settings, build_services(settings, telemetry))
        yield Traced(app, telemetry, collector)
        assert telemetry.tracing
        telemetry.tracing.close()


def test_a_send_is_one_trace_that_goes_on_from_the_caller_s(traced: Traced):
    headers = {"X-API-Key": CONSOLE_KEY, "traceparent": f"00-{TRACE_ID}-{CALLER_SPAN}-01"}
    client = traced.app.test_client()
    client.post("/v1/otp/send", json={"phoneNumber": PHONE}, headers=headers)
    spans = traced.spans()
    request = traced.collector.named("POST /v1/otp/send")
    assert (request.trace_id, request.parent_id) == (TRACE_ID, CALLER_SPAN)
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/otp/send",
        "http.response.status_code": "200",
        "otp.outcome": "ok",
    }
    for name in ("redis begin_send", "redis confirm_send", "meta send"):
        assert traced.collector.named(name).parent_id == request.span_id, name
    assert {span.trace_id for span in spans if span.parent_id} == {TRACE_ID}


def test_a_trace_tells_nothing_about_a_person(
    traced: Traced, received: Callable[..., str], order_fault: Callable[..., None]
):
    caller = Caller(traced.app, rest=True, key=CONSOLE_KEY)
    caller.send(PHONE, endUserIp="203.0.113.9")
    code = received(PHONE)
    token = caller.requires_valid(caller.validate(code))["sessionToken"]
    client = traced.app.test_client()
    client.get(f"/v1/roles/{PHONE}?phone={PHONE}", headers={"X-API-Key": CONSOLE_KEY})
    order_fault(fail_next={"code": 131016, "times": 20})
    caller.send(PHONE)
    traced.spans()
    failed = [span for span in traced.collector.spans if span.name == "meta send"][-1]
    assert failed.attributes["error.type"] == "delivery_unavailable:131016"
    raw = traced.collector.raw
    told = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    for secret in (PHONE[1:], PHONE[2:], code, token, CONSOLE_KEY, "203.0.113.9"):
        assert secret.encode() not in told


def test_probes_and_scrapes_are_not_traced(traced: Traced):
    for path in ("/healthz", "/readyz", "/metrics"):
        traced.app.test_client().get(path, headers={"X-API-Key": CONSOLE_KEY})
    # Nor what they ask Redis, which would be a trace each.
    assert traced.spans() == []


def test_a_method_that_a_caller_made_up_is_not_told(traced: Traced):
    traced.app.test_client().open("/v1/otp/send", method=PHONE[1:])
    (span,) = traced.spans()
    assert (span.name, span.attributes["http.request.method"]) == ("_OTHER", "_OTHER")


def test_a_collector_that_is_away_keeps_nobody_from_logging_in(
    redis_server: RedisProcess, redis_url: str, simulator: RunningSimulator
):
    variables = environment(
        redis_url, simulator.base_url, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9"
    )
    settings = settings_of(variables)
    telemetry = build_telemetry(settings)
    app = create_app(settings, build_services(settings, telemetry))
    assert Caller(app, rest=True).send(PHONE).get_json()["success"] is True
    assert telemetry.tracing
    telemetry.tracing.close()


def test_a_stop_does_not_wait_for_a_collector_that_hangs():
    with socket.create_server(("127.0.0.1", 0)) as never_answers:
        url = f"http://127.0.0.1:{never_answers.getsockname()[1]}"
        tracing = OpenTelemetryTracing(url, patience_s=0.4)
        # Four batches are as many as are kept.
        for _ in range(2048):
            tracing.begin_request("GET", "/healthz", {})(200, "ok")
        began_at = time.monotonic()
        tracing.close()
        assert time.monotonic() - began_at < 1.2
