"""The login's steps over its pages: what each leads to, and what each says when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask

from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.simulator import RunningSimulator
from tests.environment import environment, settings_of
from tests.http_api.conftest import PHONE, captured_logs, in_background, wait_until, wrong
from tests.http_api.page_visitor import Visitor

SITE = "https://www.example.com"
# Of the simulator: it takes the message and drops the connection.
UNCONFIRMED = "+12395550153"


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def test_the_end_says_who_one_is_and_log_out_ends_the_session(
    app: Flask, visitor: Visitor, received
) -> None:
    visitor.ask()
    visitor.post("/login/code", code=received())
    assert "+1••••••0100" in visitor.text
    session = visitor.client.get_cookie("shamrock_session")
    assert session
    assert "You are logged in already" in Visitor.of(visitor.client, "/login").text
    visitor.get("/login/done")
    visitor.post("/login/logout")
    assert "You are logged out." in visitor.text
    assert visitor.client.get_cookie("shamrock_session") is None
    visitor.client.set_cookie("shamrock_session", session.value)
    assert visitor.get("/login/done").location == "/login"


def test_a_new_code_replaces_the_first_until_the_limit(visitor: Visitor, received) -> None:
    visitor.ask()
    first = received()
    visitor.post("/login/resend")
    assert "A new code was sent." in visitor.text
    visitor.post("/login/code", code=first if first != received() else wrong(first))
    assert "4 tries left" in visitor.text
    visitor.post("/login/resend")
    visitor.post("/login/resend")
    assert "This number was sent several codes already." in visitor.text
    assert "data-until" in visitor.text
    visitor.post("/login/code", code=received())
    assert "You are logged in" in visitor.text


def test_a_code_answers_only_the_login_that_asked_for_it(app: Flask, received) -> None:
    first, second = Visitor(app), Visitor(app)
    first.ask()
    second.ask()
    first.post("/login/code", code=received())
    assert "That code is no longer valid." in first.text
    second.post("/login/code", code=received())
    assert "You are logged in" in second.text


def test_a_message_that_nobody_confirmed_is_waited_for(visitor: Visitor, received) -> None:
    visitor.ask(UNCONFIRMED)
    assert "If a code arrives, it works." in visitor.text
    visitor.post("/login/code", code=received(UNCONFIRMED))
    assert "You are logged in" in visitor.text


def test_a_listed_next_page_may_be_on_another_site(build, received) -> None:
    page = f"{SITE}/welcome"
    visitor = Visitor(build(LOGIN_NEXT_ALLOWLIST=SITE))
    visitor.get(f"/login?next={page}")
    policy = visitor.page.headers["Content-Security-Policy"]
    assert f"form-action 'self' {SITE};" in policy
    visitor.ask()
    form = dict([visitor.hidden]) | {"code": received()}
    assert visitor.client.post("/login/code", data=form).location == page


def test_a_next_page_is_checked_again_at_the_end(build, received) -> None:
    visitor = Visitor(build(LOGIN_NEXT_ALLOWLIST="/account"))
    visitor.get("/login?next=/account")
    visitor.ask()
    now = Visitor.of(build().test_client(), "/login")
    cookie = visitor.client.get_cookie("shamrock_login")
    assert cookie
    now.client.set_cookie("shamrock_login", cookie.value)
    now.get("/login/code")
    now.post("/login/code", code=received())
    assert "You are logged in" in now.text


def test_a_framed_page_goes_back_forth_and_into_spanish(build, received) -> None:
    visitor = Visitor(build(CORS_ORIGINS=SITE), embed=f"{SITE}&theme=dark&lang=es")
    assert 'lang="es"' in visitor.text
    assert 'data-theme="dark"' in visitor.text
    visitor.ask("12")
    assert "no parece un número" in visitor.text
    visitor.ask()
    visitor.post("/login/show", step="number", lang="en")
    assert f'value="{PHONE}"' in visitor.text
    visitor.post("/login/show", step="code")
    assert "Enter the six digits" in visitor.text


@pytest.mark.parametrize("accepted", ["es-MX,es;q=0.9,en;q=0.5", "es"])
def test_the_browsers_language_is_spoken(app: Flask, accepted: str) -> None:
    answer = app.test_client().get("/login", headers={"Accept-Language": accepted})
    assert "Entrar con WhatsApp" in answer.get_data(as_text=True)


@pytest.mark.parametrize("accepted", ["fr", "", "de,pt"])
def test_who_speaks_neither_is_answered_in_english(app: Flask, accepted: str) -> None:
    answer = app.test_client().get("/login?lang=fr", headers={"Accept-Language": accepted})
    assert "Log in with WhatsApp" in answer.get_data(as_text=True)


def test_only_allowed_countries_are_offered(build) -> None:
    visitor = Visitor(build(OTP_ALLOWED_COUNTRIES="MX,CA"))
    assert visitor.text.count("<option") == 2
    visitor.ask()
    assert "numbers of this country" in visitor.text


@contextmanager
def first_click(app: Flask, simulator: RunningSimulator) -> Iterator[Visitor]:
    """A visitor whose message is on its way to WhatsApp while the block runs."""
    visitor = Visitor(app)
    received = simulator.requests_received
    with in_background(visitor.ask):
        wait_until(lambda: simulator.requests_received > received)
        yield visitor


def test_a_second_click_whose_answer_went_elsewhere_still_gets_to_the_code(
    app, slow_meta, simulator, received
) -> None:
    slow_meta(1)
    second = Visitor(app)
    with first_click(app, simulator):
        second.ask()
    slow_meta(0)
    assert "Enter the six digits" in second.text
    assert "Look in WhatsApp" in second.text
    second.post("/login/code", code=received())
    assert "You are logged in" in second.text


def test_where_the_id_is_required_it_waits_on_the_number_screen(
    build, slow_meta, simulator
) -> None:
    slow_meta(1)
    app = build(OTP_REQUIRE_REQUEST_ID="true")
    second = Visitor(app)
    with first_click(app, simulator) as first:
        second.ask()
    assert "Enter the six digits" in first.text
    assert "A code is already on its way to this number." in second.text
    assert "Send the code" in second.text


def test_something_unforeseen_is_a_page_and_a_log_line_without_its_words(
    redis_url, simulator
) -> None:
    settings = settings_of(environment(redis_url, simulator.base_url))
    services = build_services(settings)
    # No session service at all: the page that needs one fails in a way nobody planned.
    app = create_app(settings, replace(services, sessions=None))  # type: ignore[arg-type]
    with captured_logs() as logs:
        answer = app.test_client().get("/login/done")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "not available right now" in answer.get_data(as_text=True)
    assert "AttributeError" in logs.getvalue()
    assert "NoneType" not in logs.getvalue()


def test_a_file_that_is_not_there_is_said_in_a_page(app: Flask) -> None:
    answer = app.test_client().get("/login/static/nothing.css")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


@pytest.mark.parametrize("address", ["", "not-an-address"])
def test_a_visitor_without_an_address_is_not_limited_as_if_all_were_one(build, address) -> None:
    client = build(WEB_PAGE_LIMIT="1 per minute").test_client()
    asked = {"data": "{}", "environ_base": {"REMOTE_ADDR": address}}
    assert [client.post("/login/csp-report", **asked).status_code for _ in range(3)] == [204] * 3


def test_a_long_poll_answers_as_soon_as_something_happened(visitor: Visitor) -> None:
    visitor.ask()
    told = visitor.post("/login/status", after="sending", wait="20").get_json()
    assert told["state"] != "sending"
    for after, wait in (("nonsense", "20"), ("accepted", "soon"), ("accepted", "\u0661")):
        assert visitor.post("/login/status", after=after, wait=wait).status_code == 200
