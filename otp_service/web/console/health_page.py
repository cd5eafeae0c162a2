"""`/admin/health`: what `doctor` finds, and what Meta told the operator."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Response

from otp_service.domain.errors import RateLimitedError
from otp_service.domain.health import Doctor, Finding, Gravity
from otp_service.domain.ports import OperatorJournal
from otp_service.web.console import news_words
from otp_service.web.console.screen import Screen

_EVENTS = 30
_GRAVEST_FIRST = (Gravity.FATAL, Gravity.WARNING, Gravity.GOOD)


class LookLimiter(Protocol):
    """Limits how often people may have Meta asked: it counts our questions."""

    def admit(self) -> None:
        """Raise RateLimitedError, StoreUnavailableError."""
        ...


@dataclass(frozen=True, slots=True)
class HealthPage:
    doctor: Doctor
    journal: OperatorJournal
    looks: LookLimiter
    screen: Screen
    clock: Callable[[], float] = time.time

    def health(self) -> Response:
        """What was found last on Meta's side, and what Redis and this machine say now."""
        report = self.doctor.reports.latest()
        local = [finding for check in self.doctor.local for finding in check()]
        findings = [*(report.findings if report else ()), *local]
        return self._shown(findings, report.checked_at if report else None)

    def look(self) -> Response:
        """Ask everything now. The workers look again as well, for `/readyz`."""
        try:
            self.looks.admit()
        except RateLimitedError as refusal:
            return self._refused(refusal)
        self.doctor.reports.ask()
        report = self.doctor.examine()
        return self._shown(report.findings, report.checked_at)

    def _refused(self, refusal: RateLimitedError) -> Response:
        report = self.doctor.reports.latest()
        return self._shown(
            report.findings if report else (),
            report.checked_at if report else None,
            wait_s=refusal.retry_after_s,
        )

    def _shown(
        self, findings: Sequence[Finding], checked_at: int | None, wait_s: int | None = None
    ) -> Response:
        seen_at = self.journal.webhook_last_seen_at()
        return self.screen.page(
            "health",
            status=429 if wait_s else 200,
            findings=sorted(findings, key=lambda one: _GRAVEST_FIRST.index(one.gravity)),
            worst=_worst(findings),
            checked_at=checked_at,
            wait_s=wait_s,
            webhook_seen_at=seen_at,
            webhook_age_s=None if seen_at is None else max(0.0, self.clock() - seen_at),
            events=self.journal.recent(_EVENTS),
            news=news_words,
            ignored=self.journal.ignored_parts(),
        )


def _worst(findings: Sequence[Finding]) -> Gravity:
    found = {finding.gravity for finding in findings}
    return next((gravity for gravity in _GRAVEST_FIRST if gravity in found), Gravity.GOOD)
