"""What is well and what is not: findings that say what, why it matters and what mends it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

from otp_service.domain.ports import Clock


class Gravity(StrEnum):
    """`fatal`: logins fail, or will; the service says that it is not ready."""

    GOOD = "good"
    WARNING = "warning"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is a stable word, `what` a sentence; a good one needs no `why` and no `mend`."""

    check: str
    gravity: Gravity
    what: str
    why: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was found at one time. `checked_at` is Unix seconds."""

    checked_at: int
    findings: tuple[Finding, ...]

    @property
    def fatal(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.gravity is Gravity.FATAL)

    def to_json(self) -> dict[str, Any]:
        return {"checkedAt": self.checked_at, "findings": [asdict(f) for f in self.findings]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "HealthReport":
        findings = (
            Finding(**{**finding, "gravity": Gravity(finding["gravity"])})
            for finding in body["findings"]
        )
        return cls(body["checkedAt"], tuple(findings))


class HealthReports(Protocol):
    """Where the last report on Meta's side is kept for all. All raise StoreUnavailableError."""

    def save(self, report: HealthReport) -> None: ...

    def latest(self) -> HealthReport | None:
        """None when nobody has looked for long."""
        ...

    def claim(self, every_s: int) -> bool:
        """Whether it is this process's turn to look: once in `every_s`, or when asked for."""
        ...

    def ask(self) -> None:
        """Something has changed: look again soon."""
        ...


HealthCheck = Callable[[], Iterable[Finding]]


class UnansweredError(Exception):
    """Meta could not be asked; what was known before still counts."""


@dataclass(frozen=True, slots=True)
class Doctor:
    """`platform` checks ask Meta, `local` ones look at Redis and at this machine."""

    platform: Sequence[HealthCheck]
    local: Sequence[HealthCheck]
    reports: HealthReports
    clock: Clock

    def examine(self) -> HealthReport:
        """Look at everything now. Raise StoreUnavailableError."""
        try:
            platform = self.examine_platform().findings
        except UnansweredError as error:
            platform = (_unanswered(error),)
        local = tuple(finding for check in self.local for finding in check())
        return HealthReport(int(self.clock()), platform + local)

    def examine_platform(self) -> HealthReport:
        """Ask Meta now, and keep the answer for `/readyz`.

        Raise UnansweredError, which leaves the last answer in place; StoreUnavailableError.
        """
        findings = tuple(finding for check in self.platform for finding in check())
        report = HealthReport(int(self.clock()), findings)
        self.reports.save(report)
        return report

    def examine_platform_in_turn(self, every_s: int) -> None:
        """As above, if it is this process's turn."""
        if self.reports.claim(every_s):
            self.examine_platform()


def _unanswered(error: UnansweredError) -> Finding:
    return Finding(
        "meta_answers",
        Gravity.WARNING,
        f"Meta could not be asked: {error}",
        "Whether codes go out is not known.",
        "Look at metastatus.com/whatsapp-business-api, and at this machine's way out.",
    )
