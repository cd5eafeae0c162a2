"""How bad news of Meta's side is; a word that nobody knows yet counts as bad."""

import pytest

from otp_service.domain.operator_event import OperatorEventKind, Severity, severity_of

TEMPLATE = OperatorEventKind.TEMPLATE_STATUS
QUALITY = OperatorEventKind.TEMPLATE_QUALITY
NUMBER = OperatorEventKind.NUMBER_QUALITY
ACCOUNT = OperatorEventKind.ACCOUNT_UPDATE
ALERT = OperatorEventKind.ACCOUNT_ALERT
_MEMBER = {QUALITY: "new_quality_score", ALERT: "alert_severity"}


@pytest.mark.parametrize(
    ("kind", "severity", "words"),
    [
        (TEMPLATE, Severity.INFO, ["APPROVED", "REINSTATED", "UNPAUSED", "UNARCHIVED"]),
        (TEMPLATE, Severity.WARNING, ["PENDING", "IN_APPEAL", "FLAGGED"]),
        (TEMPLATE, Severity.CRITICAL, ["PAUSED", "REJECTED", "DISABLED", "DELETED", "LATER", ""]),
        (QUALITY, Severity.INFO, ["GREEN", "UNKNOWN", "green"]),
        (QUALITY, Severity.WARNING, ["YELLOW", "RED", "LATER", ""]),
        (NUMBER, Severity.INFO, ["ONBOARDING", "UPGRADE", "THROUGHPUT_UPGRADE", "UNFLAGGED"]),
        (NUMBER, Severity.WARNING, ["DOWNGRADE", "FLAGGED", "LATER", ""]),
        (ACCOUNT, Severity.INFO, ["VERIFIED_ACCOUNT", "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE"]),
        (ACCOUNT, Severity.CRITICAL, ["ACCOUNT_RESTRICTION", "DISABLED_UPDATE", "LATER", ""]),
        (ALERT, Severity.INFO, ["INFORMATIONAL", "INFO"]),
        (ALERT, Severity.WARNING, ["WARNING", "CRITICAL", "LATER", ""]),
    ],
)
def test_a_happening_is_as_bad_as_its_word(kind, severity, words):
    for word in words:
        detail = {_MEMBER.get(kind, "event"): word} if word else {}
        assert severity_of(kind, detail) is severity
