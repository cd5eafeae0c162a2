"""Introspection (RFC 7662), revocation (RFC 7009), and what ends a session by itself."""

import dataclasses
import time

import pytest

from otp_service.adapters.itsdangerous_session_tokens import ItsdangerousSessionTokens
from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.bootstrap.keys import derived_key
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.environment import environment, settings_of
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller

INACTIVE = {"active": False}
OLD_KEY = "test-secret-key-8c5d1e9f40a7b362-newest"
NEW_KEY = "test-secret-key-d0e1f2a3b4c5968778-rotated"


@pytest.fixture
def app(standing_app):
    return standing_app


def log_in(app, received, phone=PHONE):
    caller = Caller(app, rest=True)
    assert caller.send(phone).get_json()["success"]
    return caller.requires_valid(caller.validate(received(phone), phone))


def ask(app, path, key=GAS_KEY, **members):
    headers = {"Authorization": f"Bearer {key}"}
    answer = app.test_client().post(f"/v1/sessions/{path}", json=members, headers=headers)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def introspect(app, token):
    return ask(app, "introspect", token=token)


def test_an_active_session_says_who_and_until_when(app, received):
    login = log_in(app, received)
    claims = introspect(app, login["sessionToken"])
    assert set(claims) == {"active", "sub", "role", "iat", "exp", "aud", "jti", "client_id"}
    assert (claims["active"], claims["sub"]) == (True, login["userId"])
    assert (claims["role"], claims["aud"], claims["client_id"]) == (
        "indemnitor",
        "shamrock",
        "gas",
    )
    assert claims["exp"] - claims["iat"] == login["expiresIn"] == 604800
    assert abs(claims["iat"] - time.time()) < 5


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8"],
)
def test_a_form_is_read_as_the_rfcs_have_it(app, received, content_type):
    token = log_in(app, received)["sessionToken"]
    form = f"token={token}&token_type_hint=access_token"
    sent = {"data": form, "content_type": content_type, "headers": {"X-API-Key": GAS_KEY}}
    client = app.test_client()
    assert client.post("/v1/sessions/introspect", **sent).get_json()["active"] is True
    assert client.post("/v1/sessions/revoke", **sent).get_json() == {"success": True}
    assert client.post("/v1/sessions/introspect", **sent).get_json() == INACTIVE


def tampered(token):
    # A compressed payload begins with a dot of its own.
    payload, stamp, signature = token.rsplit(".", 2)
    flipped = ("A" if signature[5] != "A" else "B").join([signature[:5], signature[6:]])
    later = stamp[:-1] + ("A" if stamp[-1] != "A" else "B")
    return [
        f"{payload}.{stamp}.{flipped}",
        f"{payload[:-1]}.{stamp}.{signature}",
        f"{payload}.{later}.{signature}",
        f".{payload}.{stamp}.{signature}",
        f"{payload}.{stamp}",
        token + "x",
        token * 20,
    ]


def test_any_other_token_is_inactive_and_nothing_else(app, received):
    token = log_in(app, received)["sessionToken"]
    for other in [*tampered(token), "x", "a.b.c", "\u0000", "\U0001f600", "..", "x" * 9000]:
        assert introspect(app, other) == INACTIVE
    assert introspect(app, token)["active"] is True


@pytest.mark.parametrize("path", ["introspect", "revoke"])
@pytest.mark.parametrize("token", [None, "", " ", 5, [], {}, "\ud800"])
def test_a_token_must_be_text(app, path, token):
    headers = {"X-API-Key": GAS_KEY}
    answer = app.test_client().post(f"/v1/sessions/{path}", json={"token": token}, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")


def test_revoking_twice_is_no_error(app, received):
    first = log_in(app, received)["sessionToken"]
    second = log_in(app, received)["sessionToken"]
    for _ in range(2):
        assert ask(app, "revoke", token=first) == {"success": True}
    assert ask(app, "revoke", token="never one of ours") == {"success": True}
    assert introspect(app, first) == INACTIVE
    assert introspect(app, second)["active"] is True


def test_everywhere_ends_all_sessions_of_that_person_only(app, received):
    mine = [log_in(app, received)["sessionToken"] for _ in range(2)]
    other = log_in(app, received, OTHER_PHONE)["sessionToken"]
    assert ask(app, "revoke", token=mine[0], everywhere=True) == {"success": True}
    assert [introspect(app, token) for token in mine] == [INACTIVE, INACTIVE]
    assert introspect(app, other)["active"] is True
    assert log_in(app, received)["sessionToken"] not in mine


def test_a_revoked_token_can_no_longer_end_the_others(app, received):
    stolen = log_in(app, received)["sessionToken"]
    kept = log_in(app, received)["sessionToken"]
    ask(app, "revoke", token=stolen)
    ask(app, "revoke", token=stolen, everywhere=True)
    assert introspect(app, kept)["active"] is True


@pytest.mark.parametrize("everywhere", ["yes", 2, [], {}, "TRUE"])
def test_everywhere_is_true_or_false(app, everywhere):
    headers = {"X-API-Key": GAS_KEY}
    body = {"token": "x", "everywhere": everywhere}
    answer = app.test_client().post("/v1/sessions/revoke", json=body, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(("later_s", "active"), [(604700, True), (604800, False)])
def test_a_session_ends_with_its_time(redis_url, simulator, received, later_s, active):
    settings = settings_of(environment(redis_url, simulator.base_url))
    services = build_services(settings)
    token = log_in(create_app(settings, services), received)["sessionToken"]
    keys = [derived_key(settings.otp_secret_keys[0], "session")]
    tokens = ItsdangerousSessionTokens(keys, "shamrock", lambda: time.time() + later_s)
    sessions = dataclasses.replace(services.sessions, tokens=tokens)
    app = create_app(settings, dataclasses.replace(services, sessions=sessions))
    assert introspect(app, token)["active"] is active


def test_a_session_that_redis_lost_is_dead(app, received, store):
    token = log_in(app, received)["sessionToken"]
    store.flushall()
    assert introspect(app, token) == INACTIVE


def test_another_audience_does_not_know_the_token(build, received):
    token = log_in(build(SESSION_AUDIENCE="the other site"), received)["sessionToken"]
    assert introspect(build(), token) == INACTIVE


@pytest.mark.parametrize("path", ["introspect", "revoke"])
def test_sessions_need_their_scope(app, path):
    for key, status in (("", 401), ("x", 401), (CONSOLE_KEY[::-1], 403)):
        headers = {"X-API-Key": key}
        answer = app.test_client().post(
            f"/v1/sessions/{path}", json={"token": "x"}, headers=headers
        )
        assert answer.status_code == status


def test_a_rotated_key_keeps_tokens_and_a_live_code(build, received):
    old = build(OTP_SECRET_KEYS=OLD_KEY)
    token = log_in(old, received)["sessionToken"]
    Caller(old, rest=True).send(OTHER_PHONE)
    both = build(OTP_SECRET_KEYS=f"{NEW_KEY},{OLD_KEY}")
    assert introspect(both, token)["active"] is True
    caller = Caller(both, rest=True)
    newer = caller.requires_valid(caller.validate(received(OTHER_PHONE), OTHER_PHONE))
    new = build(OTP_SECRET_KEYS=NEW_KEY)
    assert introspect(new, token) == INACTIVE
    assert introspect(new, newer["sessionToken"])["active"] is True
    assert introspect(old, newer["sessionToken"]) == INACTIVE


def test_a_code_of_a_key_that_is_gone_is_a_wrong_code(build, received):
    Caller(build(OTP_SECRET_KEYS=OLD_KEY), rest=True).send()
    caller = Caller(build(OTP_SECRET_KEYS=NEW_KEY), rest=True)
    details = caller.refused(caller.validate(received()), "invalid_code", 200)
    assert details == {"attemptsRemaining": 4}
