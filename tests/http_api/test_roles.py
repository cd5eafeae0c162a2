"""`/v1/roles*` and `/v1/lockouts/clear`: what administrators do, and what it ends."""

import time

import pytest

from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, wrong
from tests.http_api.test_sessions import INACTIVE, introspect, log_in


@pytest.fixture
def app(standing_app):
    return standing_app


@pytest.fixture
def admin(app):
    def call(method, path, key=CONSOLE_KEY, **kwargs):
        headers = {"X-API-Key": key}
        return app.test_client().open(path, method=method, headers=headers, **kwargs)

    return call


def test_a_number_without_a_role_has_the_default_one(admin):
    body = admin("GET", "/v1/roles/(239)%20555-0100").get_json()
    assert set(body) == {"userId", "phoneNumber", "role"}
    assert (body["role"], body["phoneNumber"]) == ("indemnitor", "+1******0100")


def test_a_role_is_set_read_listed_and_removed(admin):
    changed = admin("PUT", "/v1/roles/12395550100", json={"role": "staff"}).get_json()
    user = changed.pop("userId")
    assert changed == {
        "phoneNumber": "+1******0100",
        "role": "staff",
        "previousRole": "indemnitor",
        "sessionsEnded": 0,
    }
    assert admin("GET", f"/v1/roles/{PHONE}").get_json()["role"] == "staff"
    (row,) = admin("GET", "/v1/roles?role=staff").get_json()["roles"]
    assert set(row) == {"userId", "phoneNumber", "role", "changedAt", "changedBy"}
    assert (row["userId"], row["changedBy"]) == (user, "console")
    assert abs(row["changedAt"] - time.time()) < 5
    assert admin("GET", "/v1/roles?role=admin").get_json() == {"roles": []}
    removed = admin("DELETE", f"/v1/roles/{PHONE}").get_json()
    assert (removed["role"], removed["previousRole"]) == ("indemnitor", "staff")
    assert admin("GET", "/v1/roles").get_json() == {"roles": []}


@pytest.mark.parametrize(
    ("role", "lives_s"),
    [("staff", 43200), ("admin", 43200), ("coindemnitor", 604800), ("defendant", 604800)],
)
def test_a_login_takes_the_registrys_role_and_its_lifetime(app, admin, received, role, lives_s):
    admin("PUT", f"/v1/roles/{PHONE}", json={"role": role})
    caller = Caller(app, rest=False)
    caller.send(role="admin")
    login = caller.requires_valid(caller.validate(received(), role="admin"))
    assert (login["role"], login["expiresIn"]) == (role, lives_s)
    claims = introspect(app, login["sessionToken"])
    assert (claims["role"], claims["exp"] - claims["iat"]) == (role, lives_s)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_changed_role_ends_that_persons_sessions(app, admin, received, method):
    admin("PUT", f"/v1/roles/{PHONE}", json={"role": "admin"})
    mine = log_in(app, received)["sessionToken"]
    other = log_in(app, received, OTHER_PHONE)["sessionToken"]
    answer = admin(method, f"/v1/roles/{PHONE}", json={"role": "defendant"})
    assert answer.get_json()["sessionsEnded"] == 1
    assert introspect(app, mine) == INACTIVE
    assert introspect(app, other)["active"] is True


def test_the_same_role_again_ends_nothing(app, admin, received):
    admin("PUT", f"/v1/roles/{PHONE}", json={"role": "staff"})
    token = log_in(app, received)["sessionToken"]
    again = admin("PUT", f"/v1/roles/{PHONE}", json={"role": "staff"}).get_json()
    assert (again["previousRole"], again["sessionsEnded"]) == ("staff", 0)
    assert introspect(app, token)["active"] is True


@pytest.mark.parametrize("role", [None, "", "root", "Admin", " admin", 5, ["admin"], {}])
def test_a_role_that_does_not_exist_is_refused(admin, role):
    answer = admin("PUT", f"/v1/roles/{PHONE}", json={"role": role})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")
    assert admin("GET", "/v1/roles").get_json() == {"roles": []}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("phone", ["abc", "%00", "%ED%A0%80", "12", "%F0%9F%98%80"])
def test_a_path_that_is_no_phone_number(admin, method, phone):
    answer = admin(method, f"/v1/roles/{phone}", json={"role": "staff"})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_phone")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/roles"),
        ("GET", f"/v1/roles/{PHONE}"),
        ("PUT", f"/v1/roles/{PHONE}"),
        ("DELETE", f"/v1/roles/{PHONE}"),
        ("POST", "/v1/lockouts/clear"),
    ],
)
@pytest.mark.parametrize(("key", "status"), [("", 401), ("x", 401), (GAS_KEY, 403)])
def test_roles_need_their_scope(admin, method, path, key, status):
    body = {"role": "staff", "phoneNumber": PHONE}
    assert admin(method, path, key, json=body).status_code == status


def test_a_head_request_without_a_key_is_a_401(app):
    assert app.test_client().head("/v1/roles").status_code == 401


def test_clearing_a_lockout_opens_the_number_at_once(app, admin, received, rest):
    caller = Caller(app, rest=rest)
    for _ in range(2):
        caller.send()
        for _ in range(5):
            caller.validate(wrong(received()))
    assert caller.send().get_json()["code"] == "locked"
    cleared = admin("POST", "/v1/lockouts/clear", json={"phoneNumber": "2395550100"}).get_json()
    assert cleared.pop("userId")
    assert cleared == {"success": True, "phoneNumber": "+1******0100", "failuresCleared": 10}
    assert caller.send().get_json()["success"]
    caller.requires_valid(caller.validate(received()))
    again = admin("POST", "/v1/lockouts/clear", json={"phoneNumber": PHONE}).get_json()
    assert again["failuresCleared"] == 0


@pytest.mark.parametrize("body", [{}, {"phoneNumber": ""}, {"phoneNumber": 5}, []])
def test_clearing_needs_a_number(admin, body):
    answer = admin("POST", "/v1/lockouts/clear", json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")
