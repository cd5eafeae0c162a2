"""Every bad state of Meta's side, made in the simulator: `doctor` names it, and how bad it is."""

import time
from typing import Any

import pytest

from otp_service.domain.health import Gravity
from otp_service.simulator.template import TemplateStatus
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID
from tests.integration.health.clinic import Clinic
from tests.unit.whatsapp.graph_server import closed_port

GOOD, WARNING, FATAL = Gravity.GOOD, Gravity.WARNING, Gravity.FATAL


def test_a_well_account_has_no_finding_but_good_ones(clinic: Clinic):
    assert clinic.bad() == {}
    assert {finding.subject for finding in clinic.findings()} == {
        "token",
        "account",
        "number",
        "template",
        "webhook",
        "redis",
        "argon2",
    }


@pytest.mark.parametrize("status", [one for one in TemplateStatus if one != "APPROVED"])
def test_a_template_that_is_not_approved_is_fatal(clinic: Clinic, status: str):
    clinic.template(status=status)
    assert clinic.bad() == {"template_status": FATAL}
    finding = clinic.finding("template_status")
    assert finding.what == f"The template shamrock_auth in en_US is {status}."
    assert finding.mend


@pytest.mark.parametrize(
    ("members", "check", "gravity", "what"),
    [
        ({"category": "UTILITY"}, "template_category", FATAL, "has category UTILITY"),
        ({"otp_type": "ONE_TAP"}, "template_button", FATAL, "has button ONE_TAP, where COPY_CODE"),
        (
            {"code_expiration_minutes": 5},
            "template_code_expiration_minutes",
            FATAL,
            "has code_expiration_minutes 5, where 10 is declared",
        ),
        (
            {"code_expiration_minutes": None},
            "template_code_expiration_minutes",
            FATAL,
            "has code_expiration_minutes none, where 10",
        ),
        ({"quality": "RED"}, "template_quality", WARNING, "of quality RED"),
    ],
)
def test_a_template_that_is_not_as_declared(
    clinic: Clinic, members: dict[str, Any], check: str, gravity: Gravity, what: str
):
    clinic.template(**members)
    assert clinic.bad() == {check: gravity}
    assert what in clinic.finding(check).what


@pytest.mark.parametrize(
    ("variables", "check", "gravity", "what"),
    [
        ({"WHATSAPP_TEMPLATE_LANGUAGE": "en"}, "template_exists", FATAL, "in en; there is en_US."),
        ({"WHATSAPP_TEMPLATE_NAME": "login"}, "template_exists", FATAL, "login in en_US."),
        ({"WHATSAPP_TEMPLATE_LANGUAGES": "es"}, "template_exists", WARNING, "in es; there is en"),
        ({"OTP_TTL": "300"}, "template_code_expiration_minutes", FATAL, "10, where 5 is"),
        ({"WHATSAPP_TEMPLATE_SEND_TTL": "60"}, "template_message_send_ttl_s", WARNING, "600"),
        (
            {"WHATSAPP_TEMPLATE_SECURITY_LINE": "true"},
            "template_security_recommendation",
            WARNING,
            "has security_recommendation False",
        ),
    ],
)
def test_settings_that_declare_another_template(
    clinic: Clinic, variables: dict[str, str], check: str, gravity: Gravity, what: str
):
    clinic.variables |= variables
    assert clinic.bad()[check] == gravity
    assert what in clinic.finding(check).what


@pytest.mark.parametrize(
    ("orders", "check", "gravity"),
    [
        ({"token": {"is_valid": False}}, "token_valid", FATAL),
        ({"token": {"scopes": []}}, "token_scopes", FATAL),
        ({"token": {"scopes": ["whatsapp_business_messaging"]}}, "token_scopes", FATAL),
        ({"token": {"type": "USER"}}, "token_kind", WARNING),
        ({"account": {"account_review_status": "PENDING"}}, "account_review", WARNING),
        ({"account": {"account_review_status": "REJECTED"}}, "account_review", FATAL),
        ({"account": {"status": "INACTIVE"}}, "account_review", FATAL),
        (
            {"account": {"business_verification_status": "not_verified"}},
            "account_verification",
            WARNING,
        ),
        ({"number": {"quality_rating": "RED"}}, "number_quality", WARNING),
        ({"number": {"quality_rating": "YELLOW"}}, "number_quality", WARNING),
        ({"number": {"name_status": "PENDING_REVIEW"}}, "number_name", WARNING),
        ({"number": {"account_mode": "SANDBOX"}}, "number_mode", WARNING),
        (
            {"number": {"whatsapp_business_manager_messaging_limit": "TIER_250"}},
            "number_limits",
            WARNING,
        ),
        ({"health": {"BUSINESS": "LIMITED"}}, "number_sending", WARNING),
        ({"health": {"WABA": "BLOCKED"}}, "number_sending", FATAL),
    ],
    ids=str,
)
def test_a_state_of_the_token_the_account_and_the_number(
    clinic: Clinic, orders: dict[str, object], check: str, gravity: Gravity
):
    clinic.order(**orders)
    assert clinic.bad() == {check: gravity}


@pytest.mark.parametrize("status", ["DISCONNECTED", "PENDING", "BANNED", "INVENTED_TOMORROW"])
def test_a_number_that_is_not_connected_is_fatal(clinic: Clinic, status: str):
    clinic.order(number={"status": status})
    assert clinic.bad() == {"number_registered": FATAL, "number_sending": FATAL}
    assert status in clinic.finding("number_registered").what
    assert "otp-service whatsapp register" in clinic.finding("number_registered").mend


@pytest.mark.parametrize("rating", ["GREEN", "UNKNOWN", "NA"])
def test_a_new_number_s_quality_is_no_alarm(clinic: Clinic, rating: str):
    clinic.order(number={"quality_rating": rating})
    assert clinic.bad() == {}


def test_an_older_version_that_does_not_know_the_limit_is_no_alarm(clinic: Clinic):
    clinic.order(unknown_fields=["whatsapp_business_manager_messaging_limit"])
    assert clinic.bad() == {}
    assert "limit unknown" in clinic.finding("number_limits").what


@pytest.mark.parametrize(
    ("seconds", "gravity", "words"),
    [(3 * 86_400, WARNING, "in 3.0 days"), (30 * 86_400, GOOD, "in 30.0 days")],
)
def test_a_token_that_is_dying(clinic: Clinic, seconds: int, gravity: Gravity, words: str):
    clinic.order(token={"expires_at": int(time.time()) + seconds})
    finding = clinic.finding("token_valid")
    assert (finding.gravity, words in finding.what) == (gravity, True)


def test_a_token_that_has_died_is_fatal_whatever_meta_calls_it(clinic: Clinic):
    clinic.order(token={"expires_at": int(time.time()) - 60})
    assert clinic.bad() == {"token_valid": FATAL}


def test_a_dead_token_is_one_finding_and_is_not_shown(clinic: Clinic):
    clinic.variables["WHATSAPP_ACCESS_TOKEN"] = "EAArevoked-0123456789"
    assert clinic.bad() == {"token_valid": FATAL}
    assert "EAArevoked" not in repr(clinic.findings())


def test_another_app_s_secret_is_one_finding(clinic: Clinic):
    clinic.variables["WHATSAPP_APP_SECRET"] = "f" * 32
    assert clinic.bad() == {"token_proof": FATAL}


@pytest.mark.parametrize(
    ("setting", "bad"),
    [
        ("WHATSAPP_PHONE_NUMBER_ID", {"number_visible": FATAL}),
        ("WHATSAPP_BUSINESS_ACCOUNT_ID", {"token_scopes": FATAL, "account_visible": FATAL}),
    ],
)
def test_an_id_that_the_token_may_not_see(clinic: Clinic, setting: str, bad: dict[str, Gravity]):
    clinic.variables[setting] = "999999999999999"
    assert clinic.bad() == bad
    for check in bad:
        # Once, however many checks it stands in the way of.
        assert setting in clinic.finding(check).what


def test_a_meta_that_is_away_is_no_verdict(clinic: Clinic):
    clinic.variables["WHATSAPP_API_BASE_URL"] = f"http://127.0.0.1:{closed_port()}"
    unanswered = ("token", "account", "number", "template", "webhook")
    assert clinic.bad() == {f"{subject}_unanswered": WARNING for subject in unanswered}


def test_no_finding_holds_a_secret_or_a_phone_number(clinic: Clinic):
    clinic.order(
        number={"status": "FLAGGED", "quality_rating": "RED", "name_status": "DECLINED"},
        health={"WABA": "BLOCKED", "APP": "LIMITED"},
        template_status="PAUSED",
    )
    said = repr(clinic.findings())
    for secret in (ACCESS_TOKEN, APP_SECRET, "5550783881", PHONE_NUMBER_ID, BUSINESS_ACCOUNT_ID):
        assert secret not in said
