"""What is well and what is not: findings that say what, why it matters and what mends it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.ports import Clock

#: Whoever looks at Meta's side does it alone, and for no longer: a later answer is dropped.
LONGEST_LOOK_S = 60
# Sooner than the next turn, and seldom enough for the 200 calls an hour of a new account.
_AFTER_FAILURE_S = 180
_UNANSWERED = "_unanswered"


class Gravity(StrEnum):
    """`fatal`: logins fail, or will; the service says that it is not ready."""

    GOOD = "good"
    WARNING = "warning"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is a stable word that begins with its subject, `what` a sentence fit for anybody.

    `why` is for the operator, `mend` has commands in backticks; a good one needs neither.
    """

    check: str
    gravity: Gravity
    what: str
    why: str = ""
    mend: str = ""

    @property
    def subject(self) -> str:
        return self.check.partition("_")[0]


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was found at one time. `checked_at` is Unix seconds."""

    checked_at: int
    findings: tuple[Finding, ...]

    @property
    def fatal(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.gravity is Gravity.FATAL)

    @property
    def is_complete(self) -> bool:
        """Whether every subject has been answered about, now or before."""
        return not any(finding.check.endswith(_UNANSWERED) for finding in self.findings)

    def about(self, subject: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.subject == subject)

    def to_json(self) -> dict[str, Any]:
        return {"checkedAt": self.checked_at, "findings": [asdict(f) for f in self.findings]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "HealthReport":
        """Raise TypeError, KeyError or ValueError for what another version has written."""
        findings = (
            Finding(**{**finding, "gravity": Gravity(finding["gravity"])})
            for finding in body["findings"]
        )
        return cls(body["checkedAt"], tuple(findings))


class HealthReports(Protocol):
    """Where the last report on Meta's side is kept for all. All raise StoreUnavailableError."""

    def latest(self) -> HealthReport | None:
        """None when nobody has looked for long."""
        ...

    def claim(self, every_s: int) -> bool:
        """Whether it is this process's turn: once in `every_s` or when asked for, and alone.

        Whoever gets it must `finish` within LONGEST_LOOK_S.
        """
        ...

    def finish(self, report: HealthReport | None, again_in_s: int) -> None:
        """Keep `report` if there is one, and let others look, after `again_in_s` unless asked."""
        ...

    def ask(self) -> None:
        """Something has changed: look again soon."""
        ...


class HealthCheck(Protocol):
    """Every finding's `check` begins with `subject`, or with that of what stood in the way."""

    subject: ClassVar[str]

    def __call__(self) -> Iterable[Finding]:
        """Raise UnansweredError, StoreUnavailableError."""
        ...


class UnansweredError(Exception):
    """Meta could not be asked; what was known before still counts. The text is fit for a log."""


@dataclass(frozen=True, slots=True)
class Doctor:
    """`platform` checks ask Meta, `local` ones look at Redis and at this machine."""

    platform: Sequence[HealthCheck]
    local: Sequence[HealthCheck]
    reports: HealthReports
    clock: Clock

    def examine(self) -> HealthReport:
        """Look at everything now, for whoever asks; what cannot be asked is a finding too.

        Nothing is kept for `/readyz`: these settings may not be the service's own.
        """
        checked_at = int(self.clock())
        findings: list[Finding] = []
        for check in (*self.platform, *self.local):
            try:
                for finding in check():
                    findings.append(finding)  # keeps what came before a failure
            except UnansweredError as error:
                findings.append(_unanswered(check.subject, error))
            except StoreUnavailableError:
                findings.append(_STORE_AWAY)
        return _report(checked_at, findings)

    def examine_platform_in_turn(self, every_s: int) -> None:
        """If it is this process's turn, ask Meta and keep the answer for `/readyz`.

        Where Meta does not answer, what it last said stays. Raise UnansweredError when it
        answered nothing, StoreUnavailableError.
        """
        if not self.reports.claim(every_s):
            return
        began_at = self.clock()
        report, again_in_s = None, _AFTER_FAILURE_S
        try:
            report, failures = self._look_at_platform()
            again_in_s = _AFTER_FAILURE_S if failures else every_s
        finally:
            # Past it somebody else may be looking, and what they find is newer.
            if self.clock() - began_at < LONGEST_LOOK_S:
                self.reports.finish(report, again_in_s)

    def _look_at_platform(self) -> tuple[HealthReport, int]:
        """The report, and how many checks went unanswered."""
        checked_at, kept = int(self.clock()), self.reports.latest()
        findings: list[Finding] = []
        failures = []
        for check in self.platform:
            try:
                findings += list(check())
            except UnansweredError as error:
                failures.append(error)
                known = kept.about(check.subject) if kept else ()
                findings += known or (_unanswered(check.subject, error),)
        if failures and len(failures) == len(self.platform):
            raise failures[0]
        return _report(checked_at, findings), len(failures)


def _report(checked_at: int, findings: Iterable[Finding]) -> HealthReport:
    # A dead token stands in the way of every check; once is enough to say so.
    said: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        said.setdefault((finding.check, finding.what), finding)
    return HealthReport(checked_at, tuple(said.values()))


def _unanswered(subject: str, error: UnansweredError) -> Finding:
    return Finding(
        f"{subject}{_UNANSWERED}",
        Gravity.WARNING,
        f"Meta could not be asked about the {subject}.",
        f"Whether codes go out is not known: {error}",
        "Look at metastatus.com/whatsapp-business-api, and at this machine's way out.",
    )


_STORE_AWAY = Finding(
    "redis_answers",
    Gravity.FATAL,
    "Redis does not answer, or refuses.",
    "Nobody gets in without it.",
    "Look at REDIS_URL, at its password and at the server.",
)
