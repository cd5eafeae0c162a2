"""What an operator has to know: news of Meta's side, and what we see of our own."""

from dataclasses import dataclass
from enum import StrEnum


class OperatorEventKind(StrEnum):
    """Meta's are named as the webhook fields that tell of them; those after them are ours."""

    TEMPLATE_STATUS = "message_template_status_update"
    TEMPLATE_QUALITY = "message_template_quality_update"
    NUMBER_QUALITY = "phone_number_quality_update"
    ACCOUNT_UPDATE = "account_update"
    ACCOUNT_ALERT = "account_alerts"
    KEY_GUESSING = "api_key_guessing"
    META_AWAY = "meta_away"
    PUMPING = "pumping"
    SEND_CEILING = "send_ceiling"
    LOCKOUT_WAVE = "lockout_wave"
    HEALTH = "health"


class Severity(StrEnum):
    """`critical`: logins stop, or are about to."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class OperatorEvent:
    """One happening, Meta's in its own words.

    `at_ms` is Unix ms; `detail` holds no person's data.
    """

    kind: OperatorEventKind
    severity: Severity
    at_ms: int
    detail: dict[str, str]


_GOOD_TEMPLATE_EVENTS = frozenset({"APPROVED", "REINSTATED", "UNPAUSED", "UNARCHIVED"})
_WAITING_TEMPLATE_EVENTS = frozenset({"PENDING", "IN_APPEAL", "FLAGGED"})


def severity_of(kind: OperatorEventKind, detail: dict[str, str]) -> Severity:
    """How bad it is. A word that Meta adds later counts as bad."""
    word = detail.get("event", "").upper()
    if kind is OperatorEventKind.TEMPLATE_STATUS:
        if word in _GOOD_TEMPLATE_EVENTS:
            return Severity.INFO
        return Severity.WARNING if word in _WAITING_TEMPLATE_EVENTS else Severity.CRITICAL
    if kind is OperatorEventKind.TEMPLATE_QUALITY:
        score = detail.get("new_quality_score", "").upper()
        return {"GREEN": Severity.INFO, "UNKNOWN": Severity.INFO}.get(score, Severity.WARNING)
    if kind is OperatorEventKind.NUMBER_QUALITY:
        good = word in {"ONBOARDING", "UPGRADE", "THROUGHPUT_UPGRADE", "UNFLAGGED"}
        return Severity.INFO if good else Severity.WARNING
    if kind is OperatorEventKind.ACCOUNT_UPDATE:
        harmless = word in {"VERIFIED_ACCOUNT", "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE"}
        return Severity.INFO if harmless else Severity.CRITICAL
    bad = detail.get("alert_severity", "").upper() not in {"INFORMATIONAL", "INFO"}
    return Severity.WARNING if bad else Severity.INFO
