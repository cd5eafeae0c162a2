"""How bad Meta's news are for a service that has to log people in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from otp_service.domain.operator_event import OperatorEventKind, Severity

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL
_LOGIN_CATEGORY = "AUTHENTICATION"
_OTHER_CATEGORIES = frozenset({"MARKETING", "UTILITY"})
# People a day: what an account starts with, too few for an office's logins.
_FEW = 250
_LIMITS = ("max_daily_conversations_per_business", "max_daily_conversation_per_phone")
_UNLIMITED = frozenset({"TIER_UNLIMITED", "UNLIMITED", "-1"})
_LIMIT = re.compile(r"(?:TIER_)?([0-9]{1,9})(K?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Which words of `member` are harmless, or nearly; whatever else stands there is `rest`."""

    member: str
    rest: Severity
    info: frozenset[str] = frozenset()
    warning: frozenset[str] = frozenset()

    def severity(self, detail: Mapping[str, str]) -> Severity:
        word = detail.get(self.member, "").upper()
        if word in self.info:
            return INFO
        return WARNING if word in self.warning else self.rest


_APPROVED = frozenset({"APPROVED"})
_UNDECIDED = frozenset({"PENDING", "DEFERRED"})
_SCALES = {
    OperatorEventKind.TEMPLATE_STATUS: _Scale(
        "event",
        CRITICAL,
        info=frozenset({"APPROVED", "REINSTATED", "UNPAUSED", "UNARCHIVED"}),
        warning=frozenset({"PENDING", "IN_APPEAL", "FLAGGED"}),
    ),
    OperatorEventKind.TEMPLATE_QUALITY: _Scale(
        "new_quality_score", WARNING, info=frozenset({"GREEN", "UNKNOWN"})
    ),
    # Somebody edited it. Whether it still is as declared the doctor looks at once.
    OperatorEventKind.TEMPLATE_COMPONENTS: _Scale("", INFO),
    OperatorEventKind.NUMBER_QUALITY: _Scale(
        "event",
        WARNING,
        info=frozenset({"ONBOARDING", "UPGRADE", "THROUGHPUT_UPGRADE", "UNFLAGGED"}),
    ),
    OperatorEventKind.NUMBER_NAME: _Scale("decision", WARNING, info=_APPROVED | _UNDECIDED),
    OperatorEventKind.ACCOUNT_UPDATE: _Scale(
        "event",
        CRITICAL,
        info=frozenset({"VERIFIED_ACCOUNT", "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE"}),
    ),
    OperatorEventKind.ACCOUNT_ALERT: _Scale(
        "alert_severity", WARNING, info=frozenset({"INFORMATIONAL", "INFO"})
    ),
    OperatorEventKind.ACCOUNT_REVIEW: _Scale(
        "decision", CRITICAL, info=_APPROVED, warning=_UNDECIDED
    ),
    # Whoever holds the two-step PIN can take the number away; it is the office, or it is not.
    OperatorEventKind.SECURITY: _Scale("event", WARNING),
}


def severity_of(
    kind: OperatorEventKind, detail: Mapping[str, str], before: Mapping[str, str] | None = None
) -> Severity:
    """`kind` is one of Meta's. A word that Meta adds later counts as bad.

    `before`: the detail of the newest event of this kind, where there is one.
    """
    if kind is OperatorEventKind.TEMPLATE_CATEGORY:
        return _of_category(detail)
    if kind is OperatorEventKind.CAPABILITY:
        return _of_limit(_people_a_day(detail), _people_a_day(before or {}))
    return _SCALES[kind].severity(detail)


def _of_category(detail: Mapping[str, str]) -> Severity:
    """Only AUTHENTICATION may carry passcodes, and it has a price of its own."""
    is_to_come = "correct_category" in detail
    before = detail.get("new_category" if is_to_come else "previous_category", "").upper()
    after = detail.get("correct_category" if is_to_come else "new_category", "").upper()
    if after == _LOGIN_CATEGORY:
        return INFO
    return WARNING if before in _OTHER_CATEGORIES else CRITICAL


def _of_limit(people: float | None, people_before: float | None) -> Severity:
    if people is None or people <= _FEW:
        return WARNING
    return INFO if people_before is None or people >= people_before else WARNING


def _people_a_day(detail: Mapping[str, str]) -> float | None:
    """None for what Meta does not say, or says in a way that nobody knows yet."""
    word = next((detail[member] for member in _LIMITS if member in detail), "").upper()
    if word in _UNLIMITED:
        return float("inf")
    limit = _LIMIT.fullmatch(word)
    return int(limit[1]) * (1_000 if limit[2] else 1) if limit else None
