"""`POST /` as the callers of the Apps Script web app use it: one address, always JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from otp_service import __version__
from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.http_api.conftest import PHONE

READER_KEY = CONSOLE_KEY[::-1]
SENT = {"success", "message", "expiresIn", "requestId"}
LOGGED_IN = {"valid", "sessionToken", "role", "userId", "expiresIn"}


def post(app: Flask, content_type: str = "text/plain", **members: Any) -> TestResponse:
    return app.test_client().post("/", data=json.dumps(members), content_type=content_type)


def keyed(app: Flask, **members: Any) -> TestResponse:
    return post(app, apiKey=GAS_KEY, **members)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain",
        "text/plain;charset=utf-8",
        "application/octet-stream",
        "application/json; charset=klingon",
        "",
        "nonsense",
        "application/x-www-form-urlencoded",
    ],
)
def test_the_body_is_json_whatever_the_content_type_says(app, received, content_type):
    who = {"apiKey": GAS_KEY, "phoneNumber": "(239) 555-0100"}
    sent = post(app, content_type, action="whatsapp_send_otp", **who)
    assert sent.status_code == 200
    assert sent.get_json() == {
        "success": True,
        "message": "OTP sent",
        "expiresIn": pytest.approx(595, abs=5),
        "requestId": sent.get_json()["requestId"],
    }
    checked = post(app, content_type, action="whatsapp_validate_otp", otpCode=received(), **who)
    assert checked.status_code == 200
    assert checked.get_json()["valid"] is True


def test_a_login_answers_exactly_the_documented_members(app, received):
    sent = keyed(app, action="whatsapp_send_otp", phoneNumber=PHONE).get_json()
    assert set(sent) == SENT
    login = keyed(
        app,
        action="whatsapp_validate_otp",
        phoneNumber=PHONE,
        otpCode=received(),
        requestId=sent["requestId"],
    ).get_json()
    assert set(login) == LOGGED_IN
    assert login["role"] == "indemnitor"
    assert login["expiresIn"] == 604800
    assert "2395550100" not in json.dumps(login)


def test_a_resend_answers_like_a_send_and_replaces_the_code(app, received):
    first = keyed(app, action="whatsapp_send_otp", phoneNumber=PHONE).get_json()
    earlier = received()
    second = keyed(app, action="whatsapp_resend_otp", phoneNumber=PHONE).get_json()
    assert set(second) == SENT
    assert second["requestId"] != first["requestId"]
    bound = {"action": "whatsapp_validate_otp", "phoneNumber": PHONE}
    late = keyed(app, **bound, otpCode=earlier, requestId=first["requestId"]).get_json()
    assert late["code"] == "expired_code"
    assert keyed(app, **bound, otpCode=received()).get_json()["valid"] is True


def test_health_says_version_and_time(app):
    body = keyed(app, action="health").get_json()
    assert set(body) == {"success", "version", "timestamp"}
    assert (body["success"], body["version"]) == (True, __version__)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(body["timestamp"])).seconds) < 60


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": GAS_KEY},
        {"Authorization": f"Bearer {GAS_KEY}"},
        {"Authorization": f"bearer {GAS_KEY}"},
    ],
)
def test_the_key_may_come_in_a_header(app, headers):
    answer = app.test_client().post("/", json={"action": "health"}, headers=headers)
    assert answer.status_code == 200
    assert answer.get_json()["success"] is True


def test_unknown_members_are_ignored(app, received):
    extra = {"source": "wix", "nested": {"a": [1, None]}, "locale": "es-419", "success": True}
    assert keyed(app, action="whatsapp_send_otp", phoneNumber=PHONE, **extra).get_json()["success"]
    login = keyed(
        app, action="whatsapp_validate_otp", phoneNumber=PHONE, otpCode=received(), **extra
    )
    assert set(login.get_json()) == LOGGED_IN


@pytest.mark.parametrize("spelling", ["{0} ", "{1} {2}", "{1}-{2}", " {1}\u2013{2}\n"])
def test_a_code_is_read_as_people_type_it(app, received, spelling):
    keyed(app, action="whatsapp_send_otp", phoneNumber=PHONE)
    code = received()
    typed = spelling.format(code, code[:3], code[3:])
    answer = keyed(app, action="whatsapp_validate_otp", phoneNumber=PHONE, otpCode=typed)
    assert answer.get_json()["valid"] is True


@pytest.mark.parametrize(
    "key", [{}, {"apiKey": ""}, {"apiKey": None}, {"apiKey": "wrong"}, {"apiKey": GAS_KEY + " x"}]
)
@pytest.mark.parametrize("action", ["whatsapp_send_otp", "health"])
def test_a_bad_key_is_a_401_whatever_is_asked(app, simulator, action, key):
    before = simulator.requests_received
    answer = post(app, action=action, phoneNumber=PHONE, **key)
    assert answer.status_code == 401
    assert set(answer.get_json()) == {"success", "message", "code"}
    assert answer.get_json()["code"] == "unauthorized"
    assert simulator.requests_received == before


@pytest.mark.parametrize("key", [5, True, [GAS_KEY], {"key": GAS_KEY}, "\ud800"])
def test_a_key_of_the_wrong_type_never_reaches_the_flow(app, key):
    answer = post(app, action="whatsapp_send_otp", phoneNumber=PHONE, apiKey=key)
    assert answer.status_code in {400, 401}
    assert answer.get_json()["success"] is False


@pytest.mark.parametrize(("key", "status"), [("wrong", 401), (READER_KEY, 403)])
@pytest.mark.parametrize("path", ["/", "/v1/otp/validate"])
def test_a_refused_key_keeps_the_shape_of_a_validation(app, path, key, status):
    body = {"action": "whatsapp_validate_otp", "phoneNumber": PHONE, "otpCode": "123456"}
    answer = app.test_client().post(path, json=body, headers={"X-API-Key": key})
    assert answer.status_code == status
    assert set(answer.get_json()) == {"valid", "error", "message", "code"}


def test_a_key_without_the_scope_is_a_403(app):
    answer = post(app, action="whatsapp_send_otp", phoneNumber=PHONE, apiKey=READER_KEY)
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "forbidden"


@pytest.mark.parametrize(
    "action", [None, "", "send", "WHATSAPP_SEND_OTP", 1, ["health"], {}, "__class__"]
)
def test_an_unknown_action_is_a_400(app, action):
    answer = keyed(app, action=action, phoneNumber=PHONE)
    assert answer.status_code == 400
    assert set(answer.get_json()) == {"success", "message", "code"}
    assert answer.get_json()["code"] == "invalid_request"


@pytest.mark.parametrize("value", [None, "", "  ", 5, [], {}, True])
@pytest.mark.parametrize("member", ["phoneNumber", "otpCode"])
def test_an_empty_member_is_a_refusal_of_the_flow(app, member, value):
    members = {"phoneNumber": PHONE, "otpCode": "123456"} | {member: value}
    answer = keyed(app, action="whatsapp_validate_otp", **members)
    assert answer.status_code == 200
    body = answer.get_json()
    assert set(body) == {"valid", "error", "message", "code"}
    assert (body["valid"], body["code"]) == (False, "invalid_request")
    assert member in body["message"]


def test_the_default_region_reads_every_spelling_as_one_person(
    app: Flask, simulator: RunningSimulator, received: Callable[..., str]
):
    spellings = ["(239) 555-0100", "12395550100", "\u0662\u0663\u0669 \u0665\u0665\u0665 0100"]
    for spelling in spellings:
        assert keyed(app, action="whatsapp_send_otp", phoneNumber=spelling).get_json()["success"]
    fourth = keyed(app, action="whatsapp_send_otp", phoneNumber="\uff0b1 239.555.0100")
    assert fourth.get_json()["code"] == "rate_limited"
    answer = keyed(
        app, action="whatsapp_validate_otp", phoneNumber="2395550100", otpCode=received()
    )
    assert answer.get_json()["valid"] is True
