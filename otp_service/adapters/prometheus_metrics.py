"""What this process counts for Prometheus, and the page with all of it.

With several worker processes each writes into a file of its own under one directory, and whichever
of them is asked adds up all files (prometheus_client's multi-process mode).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from otp_service import __version__
from otp_service.adapters.prometheus_sending import UNCONFIRMED
from otp_service.domain import errors
from otp_service.domain.audit_findings import FindingKind

_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
_META_S = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0)
_REDIS_S = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
_HASHING_S = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_ACCEPTED = "accepted"
_SEND_OUTCOMES = (
    _ACCEPTED,
    UNCONFIRMED,
    errors.RecipientUnreachableError.code,
    errors.IdentityChangedError.reason,
    errors.DeliveryFailedError.code,
    errors.DeliveryUnavailableError.code,
)


class PrometheusMetrics:
    """Base units; every label has a few values, and none is a person's. Thread-safe, for ever.

    `directory` is where the workers of this instance keep their files; None for one process.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._own = registry = CollectorRegistry()
        self._directory = directory
        self._of_request: dict[tuple[str, ...], tuple[Counter, Histogram]] = {}
        self._of_redis: dict[str, Histogram] = {}
        self._requests = Counter(
            "otp_http_requests",
            "Requests answered. outcome is ok or the refusal's code, action that of POST /.",
            ("method", "route", "action", "outcome", "client"),
            registry=registry,
        )
        self._request_s = Histogram(
            "otp_http_request_duration_seconds",
            "From the request's arrival in a thread to its answer; long polls wait on purpose.",
            ("route", "action"),
            registry=registry,
            buckets=_REQUEST_S,
        )
        self._redis_s = Histogram(
            "otp_redis_call_duration_seconds",
            "One round trip to Redis: a script by its name, a command, or a pipeline of several.",
            ("call",),
            registry=registry,
            buckets=_REDIS_S,
        )
        self._redis_errors = Counter(
            "otp_redis_errors",
            "Calls that Redis refused or did not answer, by its word or the client's error.",
            ("call", "error"),
            registry=registry,
        )
        self._meta_s = Histogram(
            "otp_meta_send_duration_seconds",
            "Handing one message to Meta, with what the client repeats.",
            registry=registry,
            buckets=_META_S,
        )
        self._meta_sends = Counter(
            "otp_meta_sends",
            "Messages handed to Meta: accepted, unconfirmed, or the refusal.",
            ("outcome",),
            registry=registry,
        )
        self._meta_errors = Counter(
            "otp_meta_errors",
            "Messages that Meta refused with an error of its own, by its code.",
            ("meta_code",),
            registry=registry,
        )
        self._hash_waits_s = Histogram(
            "otp_argon2_wait_seconds",
            "How long a passcode waited for a hashing thread.",
            registry=registry,
            buckets=_HASHING_S,
        )
        self._hash_s = Histogram(
            "otp_argon2_duration_seconds",
            "How long hashing a passcode took, without the wait.",
            registry=registry,
            buckets=_HASHING_S,
        )
        self.sends_in_flight = Gauge(
            "otp_sends_in_flight",
            "Sends that wait on Meta, or on what comes before it.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._send_slots = Gauge(
            "otp_send_slots",
            "As many sends may wait at once.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.long_polls = Gauge(
            "otp_long_polls_waiting",
            "Requests for a login's status that wait for news.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._circuits_open = Gauge(
            "otp_meta_circuits_open",
            "Workers that have stopped asking Meta; each tries again from time to time.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._anchors = Counter(
            "otp_audit_anchors", "Signed anchors made of the audit's chains.", registry=registry
        )
        self._tampered = Counter(
            "otp_audit_tampered",
            "Times that a chain of the audit did not hold, once a round for as long as it lasts.",
            ("kind",),
            registry=registry,
        )
        self._audit_checked_at = Gauge(
            "otp_audit_checked_timestamp_seconds",
            "When every chain of the audit was last looked at.",
            registry=registry,
            multiprocess_mode="max",
        )
        self._begin_at_nought()

    def request(
        self, *, rule: tuple[str, str], action: str, outcome: str, client: str, took_s: float
    ) -> None:
        """One request. `rule`: method and route, never the address; "" where there is none."""
        labels = (*rule, action, outcome, client)
        # The library's own way to them costs as much as counting does.
        known = self._of_request.get(labels)
        if known is None:
            known = self._requests.labels(*labels), self._request_s.labels(rule[1], action)
            self._of_request[labels] = known
        count, duration = known
        count.inc()
        duration.observe(took_s)

    def redis_call(self, call: str, took_s: float, error: str) -> None:
        """A CallObserver."""
        duration = self._of_redis.get(call)
        if duration is None:
            duration = self._of_redis[call] = self._redis_s.labels(call)
        duration.observe(took_s)
        if error:
            self._redis_errors.labels(call, error).inc()

    def meta_call(self, _call: str, took_s: float, error: str) -> None:
        """A CallObserver; `error` may have Meta's code after a colon."""
        outcome, _, meta_code = error.partition(":")
        self._meta_s.observe(took_s)
        self._meta_sends.labels(outcome or _ACCEPTED).inc()
        if meta_code:
            self._meta_errors.labels(meta_code).inc()

    def hashed(self, waited_s: float, took_s: float) -> None:
        self._hash_waits_s.observe(waited_s)
        self._hash_s.observe(took_s)

    def offer_send_slots(self, slots: int) -> None:
        self._send_slots.set(slots)

    def circuit_changed(self, is_open: bool) -> None:  # noqa: FBT001 - all that there is to say
        self._circuits_open.set(int(is_open))

    def anchored(self) -> None:
        self._anchors.inc()

    def tampered(self, kind: str) -> None:
        self._tampered.labels(kind).inc()

    def audit_checked(self, at: float) -> None:
        """At this instant, Unix seconds."""
        self._audit_checked_at.set(at)

    def page(self, accept: str, facts: Collector) -> tuple[bytes, str]:
        """The page and its Content-Type, of those that the Accept header `accept` names.

        `facts` are collected anew for it, beside what the processes have counted.
        """
        registry = CollectorRegistry()
        registry.register(_Build())
        if self._directory is None:
            registry.register(self._own)
        else:
            MultiProcessCollector(registry, str(self._directory))  # type: ignore[no-untyped-call]
        registry.register(facts)
        encode, content_type = choose_encoder(accept)
        return encode(registry), content_type

    def _begin_at_nought(self) -> None:
        # What rules look at: a series that begins with what it counts has no increase.
        for outcome in _SEND_OUTCOMES:
            self._meta_sends.labels(outcome)
        for kind in FindingKind:
            self._tampered.labels(kind)


class _Build(Collector):
    def collect(self) -> Iterator[Metric]:
        python = ".".join(map(str, sys.version_info[:3]))
        info = GaugeMetricFamily("otp_build_info", "Always 1.", labels=("version", "python"))
        info.add_metric((__version__, python), 1)
        yield info
