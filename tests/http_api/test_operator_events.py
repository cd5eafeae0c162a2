"""News of Meta's side: kept for the operator, and logged as loudly as it is bad."""

import json

import pytest

from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity
from tests.environment import environment, settings_of
from tests.http_api.conftest import captured_logs
from tests.http_api.console_visitor import ADMIN, ConsoleVisitor
from tests.http_api.meta import Meta
from tests.webhook_bodies import change

TEMPLATE = {"message_template_id": 7, "message_template_name": "shamrock_auth"}
KEPT = {"message_template_id": "7", "message_template_name": "shamrock_auth"}
LEVELS = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "error"}


@pytest.fixture
def service(redis_url, simulator):
    settings = settings_of(environment(redis_url, simulator.base_url))
    services = build_services(settings)
    return create_app(settings, services), services


@pytest.mark.parametrize(
    ("kind", "value", "detail", "severity"),
    [
        (
            OperatorEventKind.TEMPLATE_STATUS,
            TEMPLATE | {"event": "PAUSED", "reason": "NONE"},
            KEPT | {"event": "PAUSED", "reason": "NONE"},
            Severity.CRITICAL,
        ),
        (
            OperatorEventKind.TEMPLATE_STATUS,
            TEMPLATE | {"event": "APPROVED"},
            KEPT | {"event": "APPROVED"},
            Severity.INFO,
        ),
        (
            OperatorEventKind.TEMPLATE_QUALITY,
            TEMPLATE | {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
            KEPT | {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
            Severity.WARNING,
        ),
        (
            OperatorEventKind.NUMBER_QUALITY,
            {"display_phone_number": "15550783881", "event": "FLAGGED", "old_limit": "TIER_1K"},
            {"event": "FLAGGED", "old_limit": "TIER_1K"},
            Severity.WARNING,
        ),
        (
            OperatorEventKind.ACCOUNT_UPDATE,
            {"phone_number": "15550783881", "event": "DISABLED_UPDATE"},
            {"event": "DISABLED_UPDATE"},
            Severity.CRITICAL,
        ),
        (
            OperatorEventKind.ACCOUNT_ALERT,
            {"entity_type": "BUSINESS", "alert_info": {"alert_severity": "WARNING"}},
            {"entity_type": "BUSINESS", "alert_severity": "WARNING"},
            Severity.WARNING,
        ),
        (
            OperatorEventKind.TEMPLATE_CATEGORY,
            TEMPLATE | {"previous_category": "AUTHENTICATION", "new_category": "UTILITY"},
            KEPT | {"previous_category": "AUTHENTICATION", "new_category": "UTILITY"},
            Severity.CRITICAL,
        ),
        (
            OperatorEventKind.SECURITY,
            {"display_phone_number": "15550783881", "event": "PIN_CHANGED"},
            {"event": "PIN_CHANGED"},
            Severity.WARNING,
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_what_happens_on_metas_side_is_kept_and_logged(service, kind, value, detail, severity):
    app, services = service
    with captured_logs() as log:
        Meta(app).tell(change(kind, value), time=1_760_000_000)
    event = OperatorEvent(kind, severity, 1_760_000_000_000, detail)
    assert services.journal.recent(10) == [event]
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["event"] == "operator_event"]
    assert (line["kind"], line["level"], line["detail"]) == (kind, LEVELS[severity], detail)
    assert "15550783881" not in log.getvalue()


def test_several_happenings_of_one_body_are_all_kept_newest_first(service):
    app, services = service
    news = [change("account_update", {"event": word}) for word in ("VERIFIED_ACCOUNT", "X")]
    Meta(app).tell(*news)
    kept = services.journal.recent(10)
    assert [event.detail for event in kept] == [{"event": "X"}, {"event": "VERIFIED_ACCOUNT"}]
    assert services.journal.recent(1) == kept[:1]


def test_a_limit_that_fell_is_told_apart_from_one_that_rose(service):
    app, services = service
    for limit in ("TIER_2K", "TIER_10K", "TIER_2K", "TIER_2K"):
        value = {"max_daily_conversations_per_business": limit}
        Meta(app).tell(change("business_capability_update", value))
        Meta(app).tell(change("account_update", {"event": "VERIFIED_ACCOUNT"}))
    kept = services.journal.recent(10)
    told = [event.severity for event in kept if event.kind is OperatorEventKind.CAPABILITY]
    assert told[::-1] == ["info", "info", "warning", "info"]


def test_without_a_time_of_metas_it_happened_now(service, store):
    app, services = service
    Meta(app).tell(change("account_update", {}))
    (event,) = services.journal.recent(1)
    seconds, _ = store.time()
    assert abs(event.at_ms / 1000 - seconds) < 60


def test_what_is_said_to_happen_in_a_far_year_happened_now(service, store):
    """Of a clock that is wrong, or of whoever holds the app secret; a page could not show it."""
    app, services = service
    Meta(app).tell(change("account_update", {}), time=999_999_999_999)
    (event,) = services.journal.recent(1)
    seconds, _ = store.time()
    assert abs(event.at_ms / 1000 - seconds) < 60


def test_what_meta_repeats_is_on_record_once_and_of_another_second_again(service):
    app, services = service
    news = change("security", {"event": "PIN_CHANGED"})
    for told_at in (1_760_000_000, 1_760_000_000, 1_760_000_001):
        Meta(app).tell(news, time=told_at)
    assert [event.at_ms for event in services.journal.recent(10)] == [
        1_760_000_001_000,
        1_760_000_000_000,
    ]


def test_half_a_character_of_metas_can_be_shown_and_told(service, received):
    app, services = service
    value = {"decision": "REJECTED", "requested_verified_name": "Shamrock \ud83d"}
    Meta(app).tell(change("phone_number_name_update", value))
    (event,) = services.journal.recent(1)
    assert event.detail["requested_verified_name"] == "Shamrock ?"
    admin = ConsoleVisitor(app, received, ADMIN, "admin")
    assert admin.get("/admin/health").status_code == 200
