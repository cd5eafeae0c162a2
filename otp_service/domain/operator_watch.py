"""Looks for what the operator should act on before people call, and tells it once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from otp_service.domain.audit import AuditEvent
from otp_service.domain.audit_figures import Counters
from otp_service.domain.audit_read_ports import AuditCounters
from otp_service.domain.audit_summary import Granularity, SummaryRange
from otp_service.domain.health import Finding, Gravity, HealthReports
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity
from otp_service.domain.ports import Clock, OperatorJournal
from otp_service.domain.send_ceiling import SendCeiling

_HOUR_S, _DAY_S = 3_600, 86_400
_CEILING_STEPS = ((50, Severity.INFO), (80, Severity.WARNING), (100, Severity.CRITICAL))
# Numbers locked in this hour and the last: a few people mistype ten times, many are guessed at.
_LOCKOUT_WAVE = 10
_DYING = "token"


@dataclass(frozen=True, slots=True)
class OperatorWatch:
    """`look` belongs into a job. Of all instances that see a thing one tells of it."""

    ceiling: SendCeiling
    counters: AuditCounters
    reports: HealthReports
    journal: OperatorJournal
    clock: Clock

    def look(self) -> None:
        """Raise StoreUnavailableError."""
        self._look_at_ceiling()
        self._look_at_counters()
        self._look_at_health()

    def _look_at_ceiling(self) -> None:
        for use in self.ceiling.uses():
            for percent, severity in _CEILING_STEPS:
                if use.used * 100 < use.limit * percent:
                    break
                detail = {
                    "percent": str(percent),
                    "used": str(use.used),
                    "limit": str(use.limit),
                    "window_s": str(use.window_s),
                }
                event = self._event(OperatorEventKind.SEND_CEILING, severity, detail)
                occasion = f"{use.limit}:{use.window_s}:{percent}"
                self.journal.record_once(event, occasion, _DAY_S)

    def _look_at_counters(self) -> None:
        last = int(self.clock()) // _HOUR_S - 1
        hours = self.counters.read(SummaryRange(Granularity.HOUR, last, 2))
        self._look_at_lockouts(hours)
        for hour, counters in enumerate(hours, last):
            self._look_at_identities(hour, counters)

    def _look_at_lockouts(self, hours: Iterable[Counters]) -> None:
        locked = sum(_count_of(AuditEvent.NUMBER_LOCKED, counters) for counters in hours)
        if locked >= _LOCKOUT_WAVE:
            detail = {"locked": str(locked)}
            event = self._event(OperatorEventKind.LOCKOUT_WAVE, Severity.CRITICAL, detail)
            self.journal.record_once(event, "", 2 * _HOUR_S)

    def _look_at_identities(self, hour: int, counters: Counters) -> None:
        """`hour` since the Unix epoch: told once of each, however many numbers follow in it."""
        if _count_of(AuditEvent.IDENTITY_CHANGED, counters):
            begun = datetime.fromtimestamp(hour * _HOUR_S, UTC)
            # The chat leaves out what it was told in the same words an hour ago.
            detail = {"hour": begun.strftime("%Y-%m-%dT%H:%MZ")}
            event = self._event(OperatorEventKind.IDENTITY_CHANGED, Severity.WARNING, detail)
            self.journal.record_once(event, str(hour), 2 * _HOUR_S)

    def _look_at_health(self) -> None:
        report = self.reports.latest()
        for finding in _grave(report.findings if report else ()):
            severity = Severity.CRITICAL if finding.gravity is Gravity.FATAL else Severity.WARNING
            detail = {"check": finding.check, "what": finding.what}
            event = self._event(OperatorEventKind.HEALTH, severity, detail)
            self.journal.record_once(event, f"{finding.check}:{finding.gravity}", _DAY_S)

    def _event(
        self, kind: OperatorEventKind, severity: Severity, detail: dict[str, str]
    ) -> OperatorEvent:
        return OperatorEvent(kind, severity, int(self.clock() * 1000), detail)


def _count_of(event: AuditEvent, counters: Counters) -> int:
    return sum(count for figure, count in counters.items() if figure.partition("|")[0] == event)


def _grave(findings: Iterable[Finding]) -> Iterable[Finding]:
    """What stops logins, and a token that soon will."""
    return (
        finding
        for finding in findings
        if finding.gravity is Gravity.FATAL
        or (finding.gravity is Gravity.WARNING and finding.subject == _DYING)
    )
