"""Every documented kind of answer, asked of the real service and held against openapi.yaml."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask
from werkzeug.test import TestResponse

from otp_service.adapters.redis_keys import NumberKeys
from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY
from tests.http_api.conftest import PHONE, Caller, in_background, wait_until, wrong
from tests.http_api.contract_document import Node, answer_faults, operation_at, operations
from tests.http_api.contract_requests import concrete, documented_calls, refused_call

Build = Callable[..., Flask]

UNREACHABLE, OUR_TROUBLE, META_AWAY = "+17275550106", "+13055550105", "+15615550103"
UNCONFIRMED = "+12395550155"
# Statuses that one table below provokes at every operation that documents them; the other
# refusals have a test each.
ANYWHERE = {"400", "401", "403", "413", "429", "503"}
ONE_BY_ONE = {
    ("POST", "/", "405"),
    ("POST", "/v1/otp/send", "409"),
    ("POST", "/v1/otp/send", "422"),
    ("POST", "/v1/otp/send", "429"),
    ("POST", "/v1/otp/send", "502"),
    ("POST", "/v1/otp/resend", "409"),
    ("POST", "/v1/otp/resend", "422"),
    ("POST", "/v1/otp/resend", "429"),
    ("POST", "/v1/otp/resend", "502"),
    ("POST", "/v1/otp/validate", "422"),
    ("POST", "/v1/otp/validate", "429"),
    ("POST", "/v1/otp/status", "429"),
    ("POST", "/v1/sessions/introspect", "503"),
    ("POST", "/v1/sessions/revoke", "503"),
    ("GET", "/v1/roles/{phoneNumber}", "404"),
    ("PUT", "/v1/roles/{phoneNumber}", "404"),
    ("DELETE", "/v1/roles/{phoneNumber}", "404"),
    ("GET", "/v1/audit/timeline/{requestId}", "404"),
}


def promised(
    answer: TestResponse, status: int, code: str | None = None, operation: Node | None = None
) -> dict[str, Any]:
    """The body of an answer that has this status and keeps every promise of the document."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    documented = operation or operation_at(answer.request.method, answer.request.path)
    assert list(answer_faults(documented, answer)) == []
    body: dict[str, Any] = answer.get_json() if answer.is_json else {}
    assert body.get("code") == code or code is None
    return body


@pytest.mark.parametrize(("method", "path", "request_"), documented_calls())
def test_every_documented_request_gets_a_documented_success(
    app: Flask, method: str, path: str, request_: dict[str, Any]
) -> None:
    request_ = {"headers": {"X-API-Key": CONSOLE_KEY}, **request_}
    promised(app.test_client().open(path, method=method, **request_), 200)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        (method, concrete(path), status)
        for (method, path), operation in operations().items()
        for status in operation["responses"]
        if status in ANYWHERE and (method, path, status) not in ONE_BY_ONE
    ],
)
def test_every_operation_refuses_as_documented(
    build: Build, tmp_path: Path, method: str, path: str, status: str
) -> None:
    # A socket that nobody listens at is a Redis that is away.
    changes = {
        "503": {"REDIS_URL": f"unix://{tmp_path}/away.sock"},
        "429": {"OTP_BAD_KEY_LIMIT": "1 per hour"},
    }
    app = build(**changes.get(status, {}))
    promised(refused_call(app, method, path, status), int(status))


def test_every_other_documented_refusal_has_a_test_of_its_own_here() -> None:
    documented = {
        (method, path, status)
        for (method, path), operation in operations().items()
        for status in operation["responses"]
    }
    assert {row for row in documented if row[2] not in ANYWHERE | {"200"}} <= ONE_BY_ONE
    assert documented >= ONE_BY_ONE


def flow_status(caller: Caller, rest_status: int) -> int:
    return rest_status if caller.rest else 200


@pytest.mark.parametrize("verb", ["send", "resend"])
@pytest.mark.parametrize(
    ("phone", "status", "code"),
    [
        ("not a number", 400, "invalid_phone"),
        ("", 400, "invalid_request"),
        ("+447400123456", 403, "country_not_allowed"),
        (UNREACHABLE, 422, "recipient_unreachable"),
        (OUR_TROUBLE, 502, "delivery_failed"),
        (META_AWAY, 503, "delivery_unavailable"),
        (UNCONFIRMED, 503, "delivery_unavailable"),
    ],
)
def test_a_refused_send_answers_as_documented(
    build: Build, rest: bool, verb: str, phone: str, status: int, code: str
) -> None:
    caller = Caller(build(OTP_ALLOWED_COUNTRIES="US"), rest=rest)
    body = promised(caller.call(verb, phoneNumber=phone), flow_status(caller, status), code)
    assert ("requestId" in body) == (phone == UNCONFIRMED)


@pytest.mark.parametrize("verb", ["send", "resend"])
def test_a_number_over_its_limit_answers_as_documented(
    build: Build, rest: bool, verb: str
) -> None:
    caller = Caller(build(OTP_SEND_LIMIT="1 per hour"), rest=rest)
    promised(caller.send(), 200)
    answer = caller.call(verb, phoneNumber=PHONE)
    body = promised(answer, flow_status(caller, 429), "rate_limited")
    assert body["scope"] == "phone"
    assert answer.headers.get("Retry-After", "none") == (
        str(body["retryAfter"]) if rest else "none"
    )


@pytest.mark.parametrize("verb", ["send", "resend"])
def test_a_second_send_at_the_same_moment_answers_as_documented(
    caller: Caller, verb: str, simulator: RunningSimulator, slow_meta: Callable[[float], None]
) -> None:
    slow_meta(0.5)
    before = simulator.requests_received
    with in_background(caller.send) as first:
        wait_until(lambda: simulator.requests_received > before)
        second = caller.call(verb, phoneNumber=PHONE)
    promised(first[0], 200)
    promised(second, flow_status(caller, 409), "send_in_progress")


def test_a_number_that_may_have_a_new_owner_answers_as_documented(
    caller: Caller, store: redis.Redis, received: Callable[..., str]
) -> None:
    caller.send()
    phone_id = next(iter(store.scan_iter("*:challenge:*"))).rpartition(":")[2]
    store.hset(NumberKeys(phone_id).identity, "changed", "1")
    for answer in (caller.validate(received()), caller.send(), caller.resend()):
        body = promised(answer, flow_status(caller, 422), "recipient_unreachable")
        assert body["reason"] == "identity_changed"


def test_wrong_codes_answer_as_documented_up_to_the_lock(
    caller: Caller, received: Callable[..., str]
) -> None:
    caller.send()
    passcode = received()
    for remaining in (4, 3, 2, 1, 0):
        body = promised(caller.validate(wrong(passcode)), 200, "invalid_code")
        assert body["attemptsRemaining"] == remaining
    promised(caller.validate(passcode), 200, "too_many_attempts")
    caller.resend()
    for _ in range(4):
        promised(caller.validate(wrong(received())), 200, "invalid_code")
    body = promised(caller.validate(wrong(received())), 200, "invalid_code")
    assert 890 <= body["retryAfter"] <= 900
    for answer in (caller.validate(received()), caller.send(), caller.resend()):
        promised(answer, flow_status(caller, 429), "locked")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"otpCode": "12345"}, "invalid_request"),
        ({}, "invalid_request"),
        ({"otpCode": "123456", "phoneNumber": "12"}, "invalid_phone"),
    ],
)
def test_an_unreadable_code_answers_as_documented(
    caller: Caller, members: dict[str, str], code: str
) -> None:
    answer = caller.call("validate", **{"phoneNumber": PHONE, **members})
    promised(answer, flow_status(caller, 400), code)


def test_a_session_answers_as_documented_from_login_to_logout(
    app: Flask, caller: Caller, received: Callable[..., str]
) -> None:
    client, headers = app.test_client(), {"X-API-Key": CONSOLE_KEY}
    sent = promised(caller.send(), 200)
    login = promised(caller.validate(received(), requestId=sent["requestId"]), 200)
    token = {"token": login["sessionToken"]}
    for request in ({"json": token}, {"data": token}):
        live = client.post("/v1/sessions/introspect", headers=headers, **request)
        assert promised(live, 200)["sub"] == login["userId"]
    promised(client.post("/v1/sessions/revoke", headers=headers, json=token), 200)
    dead = client.post("/v1/sessions/introspect", headers=headers, json=token)
    assert promised(dead, 200) == {"active": False}
    promised(caller.validate(received()), 200, "expired_code")


def test_a_role_given_and_taken_answers_as_documented(app: Flask) -> None:
    client, headers = app.test_client(), {"X-API-Key": CONSOLE_KEY}
    address = f"/v1/roles/{PHONE}"
    promised(client.put(address, headers=headers, json={"role": "staff"}), 200)
    listed = promised(client.get("/v1/roles?role=staff", headers=headers), 200)
    assert [row["role"] for row in listed["roles"]] == ["staff"]
    assert promised(client.delete(address, headers=headers), 200)["previousRole"] == "staff"


def test_a_session_is_not_judged_without_the_store(
    build: Build, tmp_path: Path, caller: Caller, received: Callable[..., str]
) -> None:
    caller.send()
    # Another token would be refused by its signature, before the store is asked.
    login = promised(caller.validate(received()), 200)
    client = build(REDIS_URL=f"unix://{tmp_path}/away.sock").test_client()
    for path in ("/v1/sessions/introspect", "/v1/sessions/revoke"):
        token = {"token": login["sessionToken"]}
        answer = client.post(path, headers={"X-API-Key": CONSOLE_KEY}, json=token)
        promised(answer, 503, "store_unavailable")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_number_with_a_slash_is_no_address(app: Flask, method: str) -> None:
    answer = app.test_client().open("/v1/roles/239/5550100", method=method)
    promised(answer, 404, "not_found", operations()[method, "/v1/roles/{phoneNumber}"])


def test_a_request_id_with_a_slash_is_no_address(app: Flask) -> None:
    answer = app.test_client().get("/v1/audit/timeline/A/B")
    promised(answer, 404, "not_found", operations()["GET", "/v1/audit/timeline/{requestId}"])


def test_a_get_of_the_action_endpoint_is_answered_as_documented(app: Flask) -> None:
    answer = app.test_client().get("/")
    promised(answer, 405, "method_not_allowed", operations()["POST", "/"])
