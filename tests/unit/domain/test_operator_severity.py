"""How bad news of Meta's side is; a word that nobody knows yet counts as bad."""

import pytest

from otp_service.domain.operator_event import OperatorEventKind, Severity
from otp_service.domain.operator_severity import severity_of

TEMPLATE = OperatorEventKind.TEMPLATE_STATUS
QUALITY = OperatorEventKind.TEMPLATE_QUALITY
NUMBER = OperatorEventKind.NUMBER_QUALITY
ACCOUNT = OperatorEventKind.ACCOUNT_UPDATE
ALERT = OperatorEventKind.ACCOUNT_ALERT
NAME = OperatorEventKind.NUMBER_NAME
REVIEW = OperatorEventKind.ACCOUNT_REVIEW
SECURITY = OperatorEventKind.SECURITY
COMPONENTS = OperatorEventKind.TEMPLATE_COMPONENTS
CATEGORY = OperatorEventKind.TEMPLATE_CATEGORY
CAPABILITY = OperatorEventKind.CAPABILITY
_MEMBER = {
    QUALITY: "new_quality_score",
    ALERT: "alert_severity",
    NAME: "decision",
    REVIEW: "decision",
}


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
        (NAME, Severity.INFO, ["APPROVED", "PENDING", "DEFERRED"]),
        (NAME, Severity.WARNING, ["REJECTED", "DECLINED", "LATER", ""]),
        (REVIEW, Severity.INFO, ["APPROVED"]),
        (REVIEW, Severity.WARNING, ["PENDING", "DEFERRED"]),
        (REVIEW, Severity.CRITICAL, ["REJECTED", "LATER", ""]),
        (SECURITY, Severity.WARNING, ["PIN_CHANGED", "PIN_RESET_REQUEST", "LATER", ""]),
        (COMPONENTS, Severity.INFO, [""]),
    ],
)
def test_a_happening_is_as_bad_as_its_word(kind, severity, words):
    for word in words:
        detail = {_MEMBER.get(kind, "event"): word} if word else {}
        assert severity_of(kind, detail) is severity


@pytest.mark.parametrize(
    ("detail", "severity"),
    [
        (("previous_category", "AUTHENTICATION", "new_category", "UTILITY"), Severity.CRITICAL),
        (("previous_category", "UTILITY", "new_category", "AUTHENTICATION"), Severity.INFO),
        (("previous_category", "UTILITY", "new_category", "MARKETING"), Severity.WARNING),
        (("new_category", "AUTHENTICATION", "correct_category", "MARKETING"), Severity.CRITICAL),
        (("new_category", "UTILITY", "correct_category", "MARKETING"), Severity.WARNING),
        (("new_category", "MARKETING", "correct_category", "authentication"), Severity.INFO),
        (("new_category", "UTILITY"), Severity.CRITICAL),
        ((), Severity.CRITICAL),
    ],
)
def test_a_template_that_leaves_authentication_now_or_soon_ends_logins(detail, severity):
    told = dict(zip(detail[::2], detail[1::2], strict=True))
    assert severity_of(CATEGORY, told) is severity


@pytest.mark.parametrize(
    ("limit", "before", "severity"),
    [
        ("TIER_2K", None, Severity.INFO),
        ("2000", "TIER_2K", Severity.INFO),
        ("TIER_10K", "TIER_2K", Severity.INFO),
        ("TIER_2K", "TIER_10K", Severity.WARNING),
        ("TIER_100K", "TIER_UNLIMITED", Severity.WARNING),
        ("TIER_UNLIMITED", "TIER_100K", Severity.INFO),
        ("-1", "-1", Severity.INFO),
        ("TIER_250", None, Severity.WARNING),
        ("250", "TIER_250", Severity.WARNING),
        ("TIER_2K", "LATER", Severity.INFO),
        ("LATER", "TIER_2K", Severity.WARNING),
        (None, None, Severity.WARNING),
    ],
)
@pytest.mark.parametrize(
    "member", ["max_daily_conversations_per_business", "max_daily_conversation_per_phone"]
)
def test_a_limit_that_fell_or_is_low_is_a_warning(member, limit, before, severity):
    detail = {member: limit} if limit else {}
    known = {member: before} if before else None
    assert severity_of(CAPABILITY, detail, known) is severity
