"""What all instances share, read from Redis when somebody asks: no request waits for it.

Every instance says the same of it, so a rule takes the `max` of them and never the `sum`.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from otp_service.domain.audit import AuditEvent
from otp_service.domain.audit_figures import figures_of
from otp_service.domain.audit_read_ports import AuditCounters
from otp_service.domain.audit_summary import Granularity, SummaryRange
from otp_service.domain.errors import RateLimitedError, StoreUnavailableError
from otp_service.domain.health import Gravity, HealthReports
from otp_service.domain.ports import OperatorJournal
from otp_service.domain.send_ceiling import SendCeiling

_DAY_S = 86_400
_SCOPES = ("phone", "ip", "client", "global", "pumping", "throughput", "wait")
# Those whose reasons tell something; the others have none, or what their event says already.
_REASONED = (
    AuditEvent.SEND_REFUSED,
    AuditEvent.SEND_FAILED,
    AuditEvent.DELIVERY_FAILED,
    AuditEvent.ATTEMPT_REFUSED,
)
# As the audit's summary names them.
_STATES = ("requested", "accepted", "delivered", "read", "failed")


@dataclass(frozen=True, eq=False)
class StoreFacts(Collector):
    """`otp_store_up` is 0, and the rest is left out, when Redis is away."""

    counters: AuditCounters
    ceiling: SendCeiling
    reports: HealthReports
    journal: OperatorJournal

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("otp_store_up", "Whether Redis has just answered this instance.")
        try:
            facts = [*self._audit(), *self._ceilings(), *self._platform(), *self._webhooks()]
        except StoreUnavailableError:
            facts = []
        up.add_metric((), int(bool(facts)))
        yield up
        yield from facts

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering asks nobody."""
        return iter(())

    def _audit(self) -> Iterator[Metric]:
        """The audit's counters of this UTC day: they begin anew at midnight, as in a restart."""
        today = SummaryRange(Granularity.DAY, int(time.time()) // _DAY_S, 1)
        # Those that have not happened are there as well: a series that begins with its first
        # event has no increase.
        events = Counter[str](dict.fromkeys(AuditEvent, 0))
        reasons = Counter(dict.fromkeys(_limits(), 0))
        (counters,) = self.counters.read(today)
        for name, count in counters.items():
            event, reason, _ = name.split("|")
            if event in events:
                events[event] += count
            if event in _REASONED and reason:
                reasons[event, reason] += count
        figures = figures_of(counters)
        yield _counted(
            CounterMetricFamily("otp_audit_events", "Events of the audit.", labels=("event",)),
            {(event,): count for event, count in events.items()},
        )
        yield _counted(
            CounterMetricFamily(
                "otp_audit_reasons",
                "Why sends were refused or failed, messages not delivered, attempts refused.",
                labels=("event", "reason"),
            ),
            reasons,
        )
        yield _counted(
            CounterMetricFamily(
                "otp_messages", "What became of messages (docs/audit.md).", labels=("state",)
            ),
            {(state,): getattr(figures, state) for state in _STATES},
        )

    def _ceilings(self) -> Iterator[Metric]:
        used = GaugeMetricFamily(
            "otp_send_ceiling_used",
            "Messages of the window that count against OTP_DAILY_LIMIT.",
            labels=("window",),
        )
        limit = GaugeMetricFamily(
            "otp_send_ceiling_limit", "OTP_DAILY_LIMIT, by its window.", labels=("window",)
        )
        # Of two with one window the lower one is reached first.
        lowest = {use.window_s: use for use in sorted(self.ceiling.uses(), key=lambda u: -u.limit)}
        for window_s, use in lowest.items():
            used.add_metric((f"{window_s}s",), use.used)
            limit.add_metric((f"{window_s}s",), use.limit)
        return iter((used, limit))

    def _platform(self) -> Iterator[Metric]:
        report = self.reports.latest()
        found = GaugeMetricFamily(
            "otp_platform_findings",
            "What the last look at Meta's side found, but for what is well.",
            labels=("check", "gravity"),
        )
        checked_at = GaugeMetricFamily(
            "otp_platform_checked_timestamp_seconds", "When that was; 0 for long ago or never."
        )
        bad = [f for f in report.findings if f.gravity is not Gravity.GOOD] if report else []
        for (check, gravity), count in Counter((f.check, f.gravity) for f in bad).items():
            found.add_metric((check, gravity), count)
        checked_at.add_metric((), report.checked_at if report else 0)
        return iter((found, checked_at))

    def _webhooks(self) -> Iterator[Metric]:
        seen_at = GaugeMetricFamily(
            "otp_webhook_seen_timestamp_seconds",
            "When Meta last called with its signature, give or take seconds; 0 for never.",
        )
        seen_at.add_metric((), self.journal.webhook_last_seen_at() or 0)
        ignored = CounterMetricFamily(
            "otp_webhook_ignored_parts",
            "Parts of signed webhooks that mean nothing to the service, by kind.",
            labels=("kind",),
        )
        kinds = self.journal.ignored_parts()
        return iter((seen_at, _counted(ignored, {(kind,): n for kind, n in kinds.items()})))


def _limits() -> Iterator[tuple[str, str]]:
    """The refusals that rules look at."""
    for scope in _SCOPES:
        yield AuditEvent.SEND_REFUSED, f"{RateLimitedError.code}:{scope}"


def _counted(
    family: CounterMetricFamily, counts: "dict[tuple[str, ...], int] | Counter[tuple[str, str]]"
) -> CounterMetricFamily:
    for labels, count in counts.items():
        family.add_metric(labels, count)
    return family
