"""The login's pages as a browser, or somebody who is none, asks for them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.http_api.conftest import captured_logs, wrong
from tests.http_api.page_visitor import Visitor

SITE = "https://www.example.com"
HTTPS = "https://login.shamrock.example"


def policy(answer: TestResponse) -> dict[str, str]:
    directives = answer.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (one.partition(" ") for one in directives)}


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def test_a_form_without_its_token_or_its_cookie_is_refused(app: Flask, received) -> None:
    visitor = Visitor(app)
    assert visitor.ask(csrf="").status_code == 400
    assert visitor.ask(csrf=Visitor(app).hidden[1]).status_code == 400
    visitor.client.delete_cookie("shamrock_login")
    assert visitor.ask().status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("embed", ["", SITE])
def test_a_form_of_another_site_is_refused_whatever_it_holds(build, headers, embed) -> None:
    visitor = Visitor(build(CORS_ORIGINS=SITE), embed=embed)
    assert visitor.ask(headers=headers).status_code == 400
    assert visitor.ask(headers={"Sec-Fetch-Site": "same-origin"}).status_code in {200, 303}


def test_cookies_are_bound_to_the_host_and_to_https(app: Flask, received) -> None:
    visitor = Visitor(app, HTTPS)
    visitor.ask()
    won = visitor.post("/login/code", code=received())
    cookies = won.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {
        "__Host-shamrock_login",
        "__Host-shamrock_session",
    }
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("base_url", "bare"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://login.shamrock.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("https://localhost", False),
    ],
)
def test_only_plain_http_to_this_machine_goes_without_secure(app, base_url, bare) -> None:
    cookie = Visitor(app, base_url).page.headers["Set-Cookie"]
    assert cookie.startswith("shamrock_login=" if bare else "__Host-shamrock_login=")
    assert ("Secure" in cookie) is not bare


def test_pages_load_their_own_files_only_and_nobody_frames_them(visitor: Visitor) -> None:
    rules = policy(visitor.page)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert visitor.page.headers["X-Frame-Options"] == "DENY"
    assert visitor.page.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in str(rules)


def test_a_listed_origin_and_no_other_may_frame_the_login(build) -> None:
    app = build(CORS_ORIGINS=f"{SITE},https://app.example.com")
    framed = Visitor(app, embed=SITE).page
    assert policy(framed)["frame-ancestors"] == SITE
    assert "X-Frame-Options" not in framed.headers
    assert "Set-Cookie" not in framed.headers
    for origin in ("https://evil.example", f"{SITE}.evil.example", "", "null", f"{SITE}/"):
        refused = Visitor(app, embed=origin or "%20").page
        assert refused.status_code == 403
        assert policy(refused)["frame-ancestors"] == "'none'"


def test_a_framed_login_sets_no_cookie_and_names_its_origin(build, received) -> None:
    visitor = Visitor(build(CORS_ORIGINS=SITE), embed=SITE)
    visitor.ask()
    won = visitor.post("/login/code", code=received())
    assert "Set-Cookie" not in won.headers
    assert f'data-origin="{SITE}"' in visitor.text
    assert "sessionToken" in visitor.text


def test_a_state_of_a_frame_is_no_cookie_and_one_of_another_service_no_state(
    build: Callable[..., Flask],
) -> None:
    app = build(CORS_ORIGINS=SITE)
    framed = Visitor(app, embed=SITE)
    ours = Visitor(app)
    ours.client.set_cookie("shamrock_login", framed.hidden[1])
    assert ours.ask().status_code == 400
    ours.client.set_cookie("shamrock_login", framed.hidden[1])
    assert policy(ours.get("/login"))["frame-ancestors"] == "'none'"
    unlisted = Visitor(build(CORS_ORIGINS="https://app.example.com"))
    assert unlisted.ask(state=framed.hidden[1]).status_code == 400
    other = build(CORS_ORIGINS=SITE, OTP_SECRET_KEYS="another-key-6f1c09b7a2d84e53-of-nobodys")
    assert Visitor(other).ask(state=framed.hidden[1]).status_code == 400


def test_a_login_goes_on_under_a_new_secret_while_the_old_one_is_kept(build, received) -> None:
    old, new = "old-secret-key-8c5d1e9f40a7b362-here", "new-secret-key-17aa93c04be2f6d5-here"
    visitor = Visitor(build(OTP_SECRET_KEYS=old))
    visitor.ask()
    cookie = visitor.client.get_cookie("shamrock_login")
    assert cookie
    renewed = Visitor(build(OTP_SECRET_KEYS=f"{new},{old}"))
    renewed.client.set_cookie("shamrock_login", cookie.value)
    renewed.get("/login/code")
    renewed.post("/login/code", code=received())
    assert "You are logged in" in renewed.text


def test_a_visitor_is_audited_and_limited_by_address(build, store) -> None:
    app = build(OTP_IP_LIMIT="1 per hour")
    Visitor(app).ask()
    second = Visitor(app)
    second.ask("+12395550111")
    assert "too many requests from this connection" in second.text
    events = [store.xrevrange(key, count=1)[0][1] for key in store.keys("*:audit")]
    assert {event["client_id"] for event in events} == {"login-page"}
    assert {event["ip"] for event in events} == {"127.0.0.1"}


def test_the_pages_have_a_limit_of_their_own(build, received) -> None:
    visitor = Visitor(build(WEB_PAGE_LIMIT="3 per minute"))
    visitor.ask()  # the send, and the code page's question
    assert visitor.post("/login/code", code=wrong(received())).status_code == 303
    refused = visitor.post("/login/status", after="sending", wait="0")
    assert refused.status_code == 429
    assert 0 < refused.get_json()["retryAfter"] <= 60
    visitor.post("/login/code", code=received())
    assert "too many requests from this connection" in visitor.text
    visitor.post("/login/resend")
    assert "too many requests from this connection" in visitor.text
    visitor.get("/login")
    visitor.ask("+12395550111")
    assert "too many requests from this connection" in visitor.text
    assert visitor.client.post("/login/csp-report", data="{}").status_code == 429


def test_the_status_is_told_in_words_and_in_figures(visitor: Visitor) -> None:
    visitor.ask()
    told = visitor.post("/login/status", after="none", wait="0").get_json()
    assert told["title"]
    assert told["state"] in {"accepted", "sent", "delivered"}
    assert 0 < told["expiresIn"] <= 600
    assert (told["resendsRemaining"], told["resendAllowedIn"]) == (2, 0)


@pytest.mark.parametrize("path", ["/login/code", "/login/resend", "/login/status"])
def test_a_step_before_its_turn_begins_again(visitor: Visitor, path: str) -> None:
    assert visitor.post(path, code="123456").status_code == 400
    assert visitor.get("/login/code").location == "/login"


def test_reports_of_browsers_are_logged_without_addresses(app: Flask) -> None:
    report = {
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x?phone=12395550100",
        "document-uri": "https://login.shamrock.example/login/code?secret=1",
    }
    with captured_logs() as logs:
        bodies: list[Any] = [{"csp-report": report}, {"csp-report": 1}, [], {"csp-report": {}}]
        for body in bodies:
            answer = app.test_client().post("/login/csp-report", json=body)
            assert (answer.status_code, answer.data) == (204, b"")
        broken = report | {"blocked-uri": "http://[", "document-uri": "http://["}
        app.test_client().post("/login/csp-report", json={"csp-report": broken})
        app.test_client().post("/login/csp-report", data="no json")
    assert logs.getvalue().count("csp_violation") == 2
    assert "https://evil.example" in logs.getvalue()
    assert "2395550100" not in logs.getvalue()
    assert "secret" not in logs.getvalue()


def test_a_dead_session_leads_to_the_login(visitor: Visitor) -> None:
    visitor.client.set_cookie("shamrock_session", "not-a-token")
    assert visitor.get("/login/done").location == "/login"


def test_without_redis_every_page_says_so_in_a_page(build, app, received) -> None:
    before = Visitor(app)
    before.ask()
    before.post("/login/code", code=received())
    session = before.client.get_cookie("shamrock_session")
    assert session
    visitor = Visitor(build(REDIS_URL="unix:///nowhere/redis.sock"))
    assert visitor.page.status_code == 200
    visitor.ask()
    assert "not available right now" in visitor.text
    visitor.client.set_cookie("shamrock_session", session.value)
    assert visitor.get("/login").status_code == 200
    assert visitor.get("/login/done").status_code == 503
    report = visitor.client.post("/login/csp-report", data="{}")
    assert (report.status_code, report.mimetype) == (503, "text/html")


def test_the_element_may_be_loaded_anywhere_and_the_pages_files_here_only(app: Flask) -> None:
    element = app.test_client().get("/embed/otp-login.js")
    assert (element.status_code, element.mimetype) == (200, "text/javascript")
    assert element.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    with app.test_client().get("/login/static/login.js") as ours:
        assert ours.headers["Cross-Origin-Resource-Policy"] == "same-origin"
