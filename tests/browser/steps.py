"""What visitors do, in their words."""

from playwright.sync_api import Page, expect

from tests.browser.site import ADMIN, ORDINARY, Site


def ask_for_a_code(page: Page, number: str = ORDINARY) -> None:
    page.get_by_label("Phone number").fill(number)
    page.get_by_role("button", name="Send the code").click()


def await_code_screen(page: Page) -> None:
    expect(page.get_by_role("heading", name="Enter the six digits")).to_be_visible()
    # The script sends the sixth digit, once it is there.
    page.wait_for_load_state()


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)


def log_in(page: Page, site: Site, number: str = ORDINARY) -> None:
    ask_for_a_code(page, number)
    await_code_screen(page)
    type_code(page, site.newest_code(number))
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()


def enter_console(page: Page, site: Site, number: str = ADMIN, role: str = "admin") -> str:
    """Give the number its role and log in; return the number's userId."""
    user_id = site.give_role(number, role)
    page.goto(site.console)
    ask_for_a_code(page, number)
    await_code_screen(page)
    type_code(page, site.newest_code(number))
    page.wait_for_url(site.console)
    return user_id


def look_up(page: Page, site: Site, number: str) -> None:
    """At the console: any spelling of a number."""
    page.goto(f"{site.console}/numbers")
    page.get_by_label("Phone number").fill(number)
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_role("heading", name="What happened last")).to_be_visible()
