"""The own screen of docs/web.md (docs/samples/own_screen.*) in a browser, on the real service."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import ORDINARY, WITHOUT_WHATSAPP, Site
from tests.conftest import GAS_KEY
from tests.guides.own_app import running_own_app


@pytest.fixture
def own_app(site: Site, tmp_path: Path) -> Iterator[str]:
    with running_own_app(site.service.url, tmp_path / "app.log") as url:
        yield url


@pytest.fixture
def screen(own_app: str, visit: Callable[..., Page]) -> Page:
    return visit(own_app)


def ask_for_code(screen: Page, number: str) -> None:
    screen.get_by_label("Phone number").fill(number)
    screen.get_by_role("button", name="Send a code by WhatsApp").click()


def test_a_visitor_reads_the_news_and_logs_in(screen: Page, site: Site):
    ask_for_code(screen, "(239) 555-0100")
    expect(screen.get_by_role("status")).to_have_text("Delivered: check your phone.")
    field = screen.get_by_label("Code from WhatsApp")
    expect(field).to_be_focused()
    field.fill(site.wrong_code())
    screen.get_by_role("button", name="Log in").click()
    expect(screen.get_by_role("alert")).not_to_be_empty()
    code = site.newest_code()
    field.fill(f"{code[:3]} {code[3:]}")
    screen.get_by_role("button", name="Log in").click()
    screen.wait_for_url("**/account")
    assert "indemnitor" in screen.content()


def test_a_new_code_replaces_the_first(screen: Page, site: Site):
    ask_for_code(screen, ORDINARY)
    expect(screen.get_by_label("Code from WhatsApp")).to_be_visible()
    sent_before = site.codes_sent()
    with screen.expect_response("**/login/resend"):
        screen.get_by_role("button", name="Send a new code").click()
    assert site.codes_sent() == sent_before + 1
    screen.get_by_label("Code from WhatsApp").fill(site.newest_code())
    screen.get_by_role("button", name="Log in").click()
    screen.wait_for_url("**/account")


def test_a_number_without_whatsapp_is_told(screen: Page):
    ask_for_code(screen, WITHOUT_WHATSAPP)
    expect(screen.get_by_role("status")).to_contain_text("have WhatsApp?")


def test_a_refusal_leaves_the_number_to_be_corrected(screen: Page):
    ask_for_code(screen, "12")
    expect(screen.get_by_role("alert")).to_contain_text("phone number")
    expect(screen.get_by_label("Phone number")).to_be_visible()


def test_the_key_and_the_service_stay_behind_the_backend(screen: Page, site: Site):
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(f"{request.url} {request.post_data}"))
    ask_for_code(screen, ORDINARY)
    expect(screen.get_by_role("status")).to_have_text("Delivered: check your phone.")
    expect(screen.get_by_role("status")).to_have_text("Read: type its code here.")
    assert asked
    assert not [line for line in asked if GAS_KEY in line or site.service.url in line]
