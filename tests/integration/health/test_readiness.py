"""`/readyz` after the background job has looked: 503 with the reason, and no call to Meta."""

from typing import Any

import pytest
import redis

from otp_service.adapters.redis_health_reports import RedisHealthReports
from otp_service.domain.health import Finding, Gravity, HealthReport, UnansweredError
from tests.conftest import GAS_KEY
from tests.integration.health.clinic import Clinic
from tests.unit.whatsapp.graph_server import closed_port

PHONE = "+12395550100"
READY = {"status": "ready", "checks": {"redis": "ok", "whatsapp": "ok"}}
UNKNOWN = {"status": "ready", "checks": {"redis": "ok", "whatsapp": "unknown"}}


def send(site) -> dict[str, object]:
    answer = site.post("/v1/otp/send", json={"phoneNumber": PHONE}, headers={"X-API-Key": GAS_KEY})
    return {"status": answer.status_code, "code": answer.get_json().get("code")}


def rest_is_over(store: redis.Redis) -> None:
    store.delete("{otp:operator}:health:looking", "{otp:operator}:health:turn")


def test_a_well_account_is_ready_and_sends(clinic: Clinic):
    site = clinic.look()
    assert (site.get("/readyz").status_code, site.get("/readyz").get_json()) == (200, READY)
    assert send(site) == {"status": 200, "code": None}


@pytest.mark.parametrize(
    ("members", "variables", "reason"),
    [
        (
            {"status": "PENDING"},
            {},
            "template_status: The template shamrock_auth in en_US is PEND",
        ),
        ({"status": "REJECTED"}, {}, "template_status: "),
        ({"status": "PAUSED"}, {}, "template_status: "),
        ({"status": "DISABLED"}, {}, "template_status: "),
        ({}, {"WHATSAPP_TEMPLATE_LANGUAGE": "en"}, "template_exists: There is no template"),
    ],
    ids=str,
)
def test_a_template_that_cannot_be_sent_is_known_before_anybody_logs_in(
    clinic: Clinic, members: dict[str, str], variables: dict[str, str], reason: str
):
    clinic.variables |= variables
    if members:
        clinic.template(**members)
    site = clinic.look()
    answer = site.get("/readyz")
    assert answer.status_code == 503
    body = answer.get_json()
    assert (body["status"], body["checks"]["whatsapp"]) == ("unready", "failed")
    [said] = body["reasons"]
    assert said.startswith(reason)
    # The process is well all the same, and who is told to send anyway is told the truth.
    assert site.get("/healthz").status_code == 200
    assert send(site) == {"status": 502, "code": "delivery_failed"}


@pytest.mark.parametrize(
    ("members", "check"),
    [
        ({"code_expiration_minutes": 5}, "template_code_expiration_minutes"),
        ({"otp_type": "ONE_TAP"}, "template_button"),
        ({"category": "UTILITY"}, "template_category"),
    ],
)
def test_a_template_that_says_what_is_not_so(clinic: Clinic, members: dict[str, Any], check: str):
    clinic.template(**members)
    answer = clinic.look().get("/readyz")
    assert answer.status_code == 503
    assert [reason.partition(":")[0] for reason in answer.get_json()["reasons"]] == [check]


def test_a_dead_token_is_known_before_anybody_logs_in(clinic: Clinic):
    clinic.variables["WHATSAPP_ACCESS_TOKEN"] = "EAArevoked-0123456789"
    site = clinic.look()
    answer = site.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["reasons"] == ["token_valid: Meta does not accept the access token."]
    assert send(site) == {"status": 502, "code": "delivery_failed"}


def test_warnings_leave_it_ready(clinic: Clinic):
    clinic.variables["WHATSAPP_TEMPLATE_LANGUAGES"] = "es"
    clinic.order(number={"quality_rating": "RED"})
    assert clinic.look().get("/readyz").get_json() == READY


def test_before_the_first_look_it_is_ready_and_says_what_it_does_not_know(clinic: Clinic):
    clinic.variables["WHATSAPP_API_BASE_URL"] = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(UnansweredError):
        clinic.look()
    site_of_another_instance = clinic.site()
    assert site_of_another_instance.get("/readyz").get_json() == UNKNOWN


def test_what_meta_never_answered_is_not_said_to_be_well(clinic: Clinic, store: redis.Redis):
    unanswered = Finding("template_unanswered", Gravity.WARNING, "Meta could not be asked.")
    report = HealthReport(1, (Finding("token_valid", Gravity.GOOD, "Valid."), unanswered))
    RedisHealthReports(store).finish(report, 180)
    assert clinic.site().get("/readyz").get_json() == UNKNOWN


def test_while_meta_is_away_its_last_word_stays(clinic: Clinic, store: redis.Redis):
    clinic.template(status="PAUSED")
    site = clinic.look()
    rest_is_over(store)
    clinic.variables["WHATSAPP_API_BASE_URL"] = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(UnansweredError):
        clinic.look()
    assert site.get("/readyz").status_code == 503


def test_a_probe_asks_meta_nothing(clinic: Clinic):
    site = clinic.look()
    before = clinic.account.simulator.requests_received
    for _ in range(20):
        site.get("/readyz")
    assert clinic.account.simulator.requests_received == before


def test_a_report_of_another_version_is_no_reason_to_fail(clinic: Clinic, store: redis.Redis):
    store.set("{otp:operator}:health", '{"checkedAt": 1, "findings": [{"gravity": "dire"}]}')
    answer = clinic.site().get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, UNKNOWN)


def test_doctor_run_with_other_settings_leaves_readiness_alone(clinic: Clinic):
    site = clinic.look()
    clinic.variables["WHATSAPP_TEMPLATE_NAME"] = "a_template_that_is_not_there"
    assert clinic.bad()["template_exists"] is Gravity.FATAL
    assert site.get("/readyz").get_json() == READY
