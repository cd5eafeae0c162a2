"""Every screen of the console, with something to see on it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.site import ORDINARY, WITHOUT_WHATSAPP, Site
from tests.browser.steps import enter_console, look_up
from tests.e2e.conftest import await_condition

_FAMILIES = tuple(f"+1239555012{digit}" for digit in range(6))


def some_logins(site: Site) -> dict[str, str]:
    """Families that log in, some mistype, one has no WhatsApp: return that one's send."""
    for place, phone in enumerate(_FAMILIES):
        site.call("send", phoneNumber=phone)
        if place % 2:
            site.call("validate", phoneNumber=phone, otpCode=site.wrong_code(phone))
        site.call("validate", phoneNumber=phone, otpCode=site.newest_code(phone))
    sent = site.call("send", phoneNumber=WITHOUT_WHATSAPP)
    asked = {"phoneNumber": WITHOUT_WHATSAPP, "requestId": sent["requestId"]}
    await_condition(
        lambda: site.call("status", **asked)["status"] == "failed", "the delivery to fail"
    )
    return sent


def overview(page: Page, site: Site) -> None:
    some_logins(site)
    enter_console(page, site)
    for table in page.get_by_text("As a table").all():
        table.click()


def overview_of_a_month(page: Page, site: Site) -> None:
    enter_console(page, site)
    page.get_by_role("link", name="30 days").click()
    expect(page.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")


def events(page: Page, site: Site) -> None:
    some_logins(site)
    enter_console(page, site)
    page.get_by_role("link", name="Events").click()
    page.get_by_text("Filter", exact=True).click()


def events_refused(page: Page, site: Site) -> None:
    enter_console(page, site)
    page.goto(f"{site.console}/events")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("IP address").fill("here")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("alert")).to_be_visible()


def failed_login(page: Page, site: Site) -> None:
    sent = some_logins(site)
    enter_console(page, site)
    page.goto(f"{site.console}/logins/{sent['requestId']}")
    page.get_by_text("Details").last.click()


def numbers(page: Page, site: Site) -> None:
    enter_console(page, site)
    page.get_by_role("link", name="Numbers").click()


def one_number(page: Page, site: Site) -> None:
    some_logins(site)
    enter_console(page, site)
    look_up(page, site, WITHOUT_WHATSAPP)


def locked_number(page: Page, site: Site) -> None:
    for _ in range(2):
        site.call("send", phoneNumber=ORDINARY)
        for _ in range(5):
            site.call("validate", phoneNumber=ORDINARY, otpCode=site.wrong_code())
    enter_console(page, site)
    look_up(page, site, ORDINARY)


def confirmation(page: Page, site: Site) -> None:
    locked_number(page, site)
    page.get_by_role("link", name="Unlock…").click()
    expect(page.get_by_role("heading", name="Unlock")).to_be_visible()


def health(page: Page, site: Site) -> None:
    enter_console(page, site)
    page.get_by_role("link", name="Health").click()
    page.get_by_role("button", name="Look now").click()
    expect(page.get_by_text("The business number is connected.")).to_be_visible()


def not_for_families(page: Page, site: Site) -> None:
    site.give_role(ORDINARY, "indemnitor")
    enter_console(page, site, ORDINARY, "indemnitor")


CONSOLE_SCREENS: tuple[Callable[[Page, Site], object], ...] = (
    overview,
    overview_of_a_month,
    events,
    events_refused,
    failed_login,
    numbers,
    one_number,
    locked_number,
    confirmation,
    health,
    not_for_families,
)
