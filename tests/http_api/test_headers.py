"""Headers in and out: request ids, hardening, CORS, proxies."""

import pytest

from tests.conftest import GAS_KEY
from tests.http_api.conftest import PHONE

SITE = "https://www.example.com"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "Content-Type, X-API-Key",
}


@pytest.fixture
def app(standing_app):
    return standing_app


def send(app, headers=None, remote="198.51.100.1", **members):
    body = {"apiKey": GAS_KEY, "phoneNumber": PHONE, **members}
    return app.test_client().post(
        "/v1/otp/send", json=body, headers=headers, environ_base={"REMOTE_ADDR": remote}
    )


def audited(store, field):
    """That field of the newest events, one for each stream."""
    return {store.xrevrange(key, count=1)[0][1][field] for key in store.keys("*:audit")}


@pytest.mark.parametrize("given", ["a", "gas-2024:17.x_Y", "A" * 64])
def test_a_request_id_is_given_back_and_audited(app, store, given):
    assert send(app, {"X-Request-ID": given}).headers["X-Request-ID"] == given
    assert audited(store, "http_request_id") == {given}


@pytest.mark.parametrize(
    "hostile", ["", " ", "a b", "A" * 65, "<script>", '"', "\u00e9", "a;b", PHONE, "%0d%0a"]
)
def test_a_hostile_request_id_is_replaced(app, store, hostile):
    made = send(app, {"X-Request-ID": hostile}).headers["X-Request-ID"]
    assert made != hostile
    assert len(made) == 16
    assert audited(store, "http_request_id") == {made}


def test_generated_request_ids_differ(app):
    ids = {app.test_client().get("/healthz").headers["X-Request-ID"] for _ in range(20)}
    assert len(ids) == 20


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/", 405),
        ("POST", "/", 400),
        ("POST", "/v1/otp/send", 400),
        ("OPTIONS", "/", 200),
        ("GET", "/v1/roles", 401),
    ],
)
def test_every_answer_is_hardened(app, method, path, status):
    answer = app.test_client().open(path, method=method)
    assert answer.status_code == status
    expected = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert expected.items() <= dict(answer.headers).items()
    assert answer.headers["X-Request-ID"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/v1/otp/send", "/v1/sessions/introspect"])
def test_a_preflight_of_a_configured_origin_passes_without_a_key(build, path):
    app = build(CORS_ORIGINS=f"{SITE},https://app.example.com")
    answer = app.test_client().options(path, headers={"Origin": SITE, **PREFLIGHT})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert "content-type" in allowed
    assert "x-api-key" in allowed
    assert "Origin" in answer.headers["Vary"]


def test_answers_to_a_configured_origin_can_be_read_there(build):
    app = build(CORS_ORIGINS=SITE)
    for answer in (send(app, {"Origin": SITE}), send(app, {"Origin": SITE}, phoneNumber="x")):
        assert answer.headers["Access-Control-Allow-Origin"] == SITE
        exposed = answer.headers["Access-Control-Expose-Headers"]
        assert {name.strip() for name in exposed.split(",")} == {"Retry-After", "X-Request-ID"}
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://www.example.com",
        f"{SITE}.evil.example",
        "null",
        f"{SITE}:8443",
    ],
)
@pytest.mark.parametrize("configured", [SITE, ""])
def test_other_origins_are_told_nothing(build, origin, configured):
    app = build(CORS_ORIGINS=configured)
    preflight = app.test_client().options("/", headers={"Origin": origin, **PREFLIGHT})
    for answer in (preflight, send(app, {"Origin": origin})):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_dot_in_an_origin_is_a_dot(build):
    app = build(CORS_ORIGINS=SITE)
    answer = send(app, {"Origin": SITE.replace(".", "x")})
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("hops", "forwarded", "believed"),
    [
        ("0", "203.0.113.9", "198.51.100.1"),
        ("1", "203.0.113.9", "203.0.113.9"),
        ("1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("2", "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("1", None, "198.51.100.1"),
        ("2", "203.0.113.9", "198.51.100.1"),
    ],
)
def test_forwarded_addresses_are_believed_for_our_proxies_only(
    build, store, hops, forwarded, believed
):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert send(build(TRUSTED_PROXIES=hops), headers).status_code == 200
    assert audited(store, "ip") == {believed}


def test_the_end_users_address_is_what_is_audited_and_limited(build, store):
    app = build(OTP_IP_LIMIT="1 per hour")
    ip = "2001:DB8:1:2::7"
    assert send(app, endUserIp=ip).status_code == 200
    assert audited(store, "ip") == {"2001:db8:1:2::7"}
    neighbour = send(app, endUserIp="2001:db8:1:2:ffff::1", phoneNumber="+12395550111")
    assert neighbour.get_json()["scope"] == "ip"
    assert send(app, endUserIp="2001:db8:1:3::7", phoneNumber="+12395550112").status_code == 200


def test_a_callers_own_address_is_never_limited_as_a_person(build):
    app = build(OTP_IP_LIMIT="1 per hour")
    assert [send(app).status_code for _ in range(3)] == [200, 200, 200]


def test_a_forwarded_host_changes_nothing(build):
    app = build(TRUSTED_PROXIES="1")
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    answer = app.test_client().get("/healthz", headers=headers)
    assert answer.status_code == 200
    assert "evil" not in str(answer.headers) + answer.get_data(as_text=True)


@pytest.mark.parametrize("forwarded", ["<script>alert(1)</script>", "x" * 4000, "12395550100"])
def test_a_forwarded_address_that_is_none_is_not_kept(build, store, forwarded):
    app = build(TRUSTED_PROXIES="1")
    assert send(app, {"X-Forwarded-For": forwarded}).status_code == 200
    assert audited(store, "ip") == {""}


def test_a_refused_key_is_told_how_to_authenticate(app):
    refused = app.test_client().post("/v1/otp/send", json={})
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_an_id_of_digits_only_is_replaced_because_it_could_be_a_number(app, store):
    made = send(app, {"X-Request-ID": PHONE.removeprefix("+")}).headers["X-Request-ID"]
    assert made != PHONE.removeprefix("+")
    assert audited(store, "http_request_id") == {made}
