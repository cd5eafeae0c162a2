"""The console for everyone: any theme, a small phone, a keyboard, a screen reader, Spanish."""

import pytest
from playwright.sync_api import expect

from tests.browser.console_screens import CONSOLE_SCREENS, locked_number, overview
from tests.browser.site import Site
from tests.browser.steps import enter_console
from tests.browser.test_everyone import assert_is_for_everyone


@pytest.mark.parametrize("screen", CONSOLE_SCREENS, ids=lambda screen: screen.__name__)
def test_a_screen_is_for_everyone(site: Site, visit, screen):
    page = visit(site.login)
    assert_is_for_everyone(page, site, screen)


def test_without_javascript_everything_works(site: Site, visit):
    page = visit(site.login, java_script_enabled=False)
    user_id = site.give_role("+12395550142", "admin")
    page.goto(site.console)
    page.get_by_label("Phone number").fill("+12395550142")
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code", exact=True).fill(site.newest_code("+12395550142"))
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto(f"{site.console}/numbers/{user_id}/end-sessions")
    page.get_by_role("button", name="End all sessions").click()
    expect(page.get_by_role("heading", name="Log in with WhatsApp")).to_be_visible()


def test_the_keyboard_alone_is_enough(site: Site, visit):
    page = visit(site.login)
    locked_number(page, site)
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    unlock = page.get_by_role("link", name="Unlock…")
    for _ in range(10):
        if unlock.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(unlock).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Unlock")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("main").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Unlock the number")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The number is open again.")


def test_a_browser_that_speaks_spanish_is_answered_in_spanish(site: Site, visit):
    site.give_role("+12395550142", "admin")
    page = visit(site.console, locale="es-MX")
    page.get_by_label("Número de teléfono").fill("+12395550142")
    page.get_by_role("button", name="Enviar el código").click()
    expect(page.get_by_role("heading", name="Escriba los seis dígitos")).to_be_visible()
    page.get_by_label("Código", exact=True).fill(site.newest_code("+12395550142"))
    expect(page.get_by_role("heading", name="Resumen")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    for link, heading in (("Eventos", "Eventos"), ("Números", "Números"), ("Estado", "Estado")):
        page.get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def test_the_language_is_switched_on_the_page_and_stays_switched(site: Site, visit):
    page = visit(site.login)
    enter_console(page, site)
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("heading", name="Resumen")).to_be_visible()
    page.get_by_role("link", name="Eventos").click()
    expect(page.get_by_role("heading", name="Eventos", exact=True)).to_be_visible()


def test_a_chart_has_a_name_and_a_table_that_says_the_same(site: Site, visit):
    page = visit(site.login)
    overview(page, site)
    chart = page.get_by_role("img", name="From asking to logging in")
    expect(chart).to_be_visible()
    expect(chart.locator("text").first).to_have_text("Logged in: 7")
    table = page.get_by_role("table", name="From asking to logging in")
    expect(table.get_by_role("row", name="Logged in")).to_contain_text("7")
