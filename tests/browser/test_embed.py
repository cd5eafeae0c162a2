"""`<shamrock-login>` on another origin's page, and what a page that is not listed gets."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from otp_service.demo.embedding_page import EmbeddingSite
from tests.browser.site import ORDINARY, Site
from tests.conftest import GAS_KEY


@contextmanager
def serving() -> Iterator[EmbeddingSite]:
    with EmbeddingSite(0) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield site
        site.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def second() -> Iterator[EmbeddingSite]:
    with serving() as site:
        yield site


@pytest.fixture(scope="module")
def third() -> Iterator[EmbeddingSite]:
    with serving() as site:
        yield site


@pytest.fixture(scope="module")
def site_settings(second: EmbeddingSite) -> dict[str, str]:
    return {"CORS_ORIGINS": second.origin}


@pytest.fixture(autouse=True)
def linked(site: Site, second: EmbeddingSite, third: EmbeddingSite) -> None:
    # localhost and 127.0.0.1 are different sites: the frame's cookies are third-party ones.
    second.login_url = third.login_url = site.service.url


def open_login(page: Page) -> FrameLocator:
    page.get_by_role("button", name="Log in with WhatsApp").click()
    return page.frame_locator("shamrock-login iframe")


def log_in(frame: FrameLocator, site: Site) -> None:
    frame.get_by_label("Phone number").fill(ORDINARY)
    frame.get_by_role("button", name="Send the code").click()
    expect(frame.get_by_label("Code", exact=True)).to_be_focused()
    frame.get_by_label("Code", exact=True).fill(site.newest_code())


def await_script(page: Page) -> None:
    """Until the framed page's script runs: the first thing it does is to say how tall it is."""
    page.wait_for_function(
        "document.querySelector('shamrock-login').shadowRoot.querySelector('iframe').style.height"
    )


def faults(page: Page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_a_listed_page_gets_the_session_as_an_event(site, second, visit):
    page = visit(second.origin)
    log_in(open_login(page), site)
    expect(page.get_by_text("Logged in as indemnitor")).to_be_visible()
    login = page.evaluate("window.login")
    assert set(login) == {"sessionToken", "role", "userId", "expiresIn"}
    assert login["expiresIn"] == 604800
    session = requests.post(
        f"{site.service.url}/v1/sessions/introspect",
        data={"token": login["sessionToken"]},
        headers={"X-API-Key": GAS_KEY},
        timeout=5,
    ).json()
    assert (session["active"], session["sub"]) == (True, login["userId"])
    expect(page.locator("shamrock-login iframe")).to_have_count(0)
    expect(page.get_by_role("button", name="Log in with WhatsApp")).to_be_focused()
    assert page.context.cookies() == []


def test_the_framed_login_survives_a_wrong_code_a_change_of_number_and_of_language(
    site, second, visit
):
    page = visit(second.origin)
    frame = open_login(page)
    frame.get_by_label("Phone number").fill(ORDINARY)
    frame.get_by_role("button", name="Send the code").click()
    expect(frame.get_by_text("Delivered: check your phone")).to_be_visible()
    frame.get_by_label("Code", exact=True).fill(site.wrong_code())
    expect(frame.get_by_role("alert")).to_contain_text("4 tries left")
    frame.get_by_role("button", name="Change the number").click()
    expect(frame.get_by_label("Phone number")).to_have_value(ORDINARY)
    frame.get_by_role("button", name="Enter the code").click()
    frame.get_by_role("button", name="Español").click()
    expect(frame.get_by_role("heading", name="Escriba los seis dígitos")).to_be_visible()
    frame.get_by_role("button", name="Enviar un código nuevo").click()
    expect(frame.get_by_text("Enviamos un código nuevo.")).to_be_visible()
    frame.get_by_label("Código", exact=True).fill(site.newest_code())
    expect(page.get_by_text("Logged in as indemnitor")).to_be_visible()


def test_a_page_that_is_not_listed_gets_no_login(site, third, visit):
    page = visit(third.origin)
    with page.expect_response(lambda answer: "/login?" in answer.url) as answered:
        frame = open_login(page)
    assert answered.value.status == 403
    expect(frame.get_by_label("Phone number")).to_have_count(0)


def test_a_page_that_is_not_listed_cannot_frame_a_listed_ones_login(site, second, third, visit):
    page = visit(third.origin)
    blocked = []
    page.on("console", lambda message: blocked.append(message.text))
    page.evaluate(
        "url => { const frame = document.createElement('iframe'); frame.src = url;"
        " document.body.append(frame); }",
        f"{site.login}?embed=1&origin={second.origin}",
    )
    expect(page.frame_locator("body > iframe").get_by_label("Phone number")).to_have_count(0)
    page.wait_for_function("document.querySelector('body > iframe').contentDocument === null")
    assert any("frame-ancestors" in text for text in blocked)


def test_messages_of_anybody_else_are_not_believed(site, second, visit):
    page = visit(second.origin)
    frame = open_login(page)
    expect(frame.get_by_label("Phone number")).to_be_visible()
    forged = {"type": "shamrock-login", "sessionToken": "forged", "role": "admin"}
    page.evaluate("forged => window.postMessage(forged, '*')", forged)
    log_in(frame, site)
    expect(page.get_by_text("Logged in as indemnitor")).to_be_visible()
    assert page.evaluate("window.login.sessionToken") != "forged"


def test_the_login_in_the_page_itself_is_as_tall_as_its_screen(site, second, visit):
    page = visit(second.origin)
    page.evaluate(
        "document.querySelector('shamrock-login').outerHTML ="
        " '<shamrock-login mode=inline lang=es theme=dark></shamrock-login>'"
    )
    frame = page.frame_locator("shamrock-login iframe")
    expect(frame.get_by_label("Número de teléfono")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    await_script(page)
    inside = frame.locator("body").evaluate("body => [body.scrollHeight, innerHeight]")
    assert inside[0] <= inside[1]


def test_escape_inside_the_frame_closes_the_dialog(site, second, visit):
    page = visit(second.origin)
    frame = open_login(page)
    await_script(page)
    frame.get_by_label("Phone number").focus()
    page.keyboard.press("Escape")
    expect(page.locator("shamrock-login iframe")).to_have_count(0)
    # The dialog grows with what the frame shows, and its button moves with it.
    expect(open_login(page).get_by_label("Phone number")).to_be_visible()
    await_script(page)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("shamrock-login iframe")).to_have_count(0)


def test_axe_finds_nothing_around_the_open_login(site, second, visit):
    page = visit(second.origin)
    frame = open_login(page)
    expect(frame.get_by_label("Phone number")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_frame(site, second, visit, theme):
    page = visit(f"{site.login}?embed=1&origin={second.origin}&theme={theme}")
    assert faults(page) == []
    page.get_by_label("Phone number").fill(ORDINARY)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    assert faults(page) == []
