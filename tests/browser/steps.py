"""What visitors do, in their words."""

from playwright.sync_api import Page, expect

from tests.browser.site import ORDINARY, Site


def ask_for_a_code(page: Page, number: str = ORDINARY) -> None:
    page.get_by_label("Phone number").fill(number)
    page.get_by_role("button", name="Send the code").click()


def await_code_screen(page: Page) -> None:
    expect(page.get_by_role("heading", name="Enter the six digits")).to_be_visible()


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)


def log_in(page: Page, site: Site, number: str = ORDINARY) -> None:
    ask_for_a_code(page, number)
    await_code_screen(page)
    type_code(page, site.newest_code(number))
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()
