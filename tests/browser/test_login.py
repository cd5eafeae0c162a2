"""Logging in, as a family at three in the morning does it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Request, expect

from otp_service.simulator import RunningSimulator
from tests.browser.site import ORDINARY
from tests.browser.steps import ask_for_a_code, await_code_screen, log_in, type_code

NEXT = "/healthz"


def is_form(asked: Request) -> bool:
    return asked.method == "POST" and asked.is_navigation_request()


@pytest.fixture(scope="module")
def site_settings() -> dict[str, str]:
    return {"LOGIN_NEXT_ALLOWLIST": NEXT}


def test_a_newcomer_logs_in_sees_who_they_are_and_logs_out(site, visit):
    page = visit(site.login)
    expect(page.get_by_label("Phone number")).to_be_focused()
    ask_for_a_code(page, "(239) 555-0100")
    await_code_screen(page)
    expect(page.get_by_text("+1 239-555-0100")).to_be_visible()
    type_code(page, site.newest_code())
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("+1••••••0100")
    expect(page.get_by_role("main")).to_contain_text("indemnitor")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    assert "shamrock_session" not in {cookie["name"] for cookie in page.context.cookies()}


def test_the_session_is_in_a_cookie_that_no_script_reads(site, visit):
    page = visit(site.login)
    log_in(page, site)
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    for name in ("shamrock_session", "shamrock_login"):
        assert cookies[name]["httpOnly"] is True
        assert cookies[name]["sameSite"] == "Lax"
    assert page.evaluate("document.cookie") == ""


def test_three_wrong_codes_are_counted_down_and_the_right_one_still_works(site, visit):
    page = visit(site.login)
    ask_for_a_code(page)
    await_code_screen(page)
    for left in (4, 3, 2):
        type_code(page, site.wrong_code())
        expect(page.get_by_role("alert")).to_contain_text(f"{left} tries left")
        expect(page.get_by_label("Code", exact=True)).to_be_focused()
    type_code(page, site.newest_code())
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()


def test_a_code_pasted_with_a_space_goes_off_by_itself(site, visit):
    page = visit(site.login, permissions=["clipboard-read", "clipboard-write"])
    ask_for_a_code(page)
    await_code_screen(page)
    code = site.newest_code()
    page.evaluate("text => navigator.clipboard.writeText(text)", f"{code[:3]} {code[3:]}")
    page.get_by_label("Code", exact=True).press("Control+V")
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2395550100", "(239) 555-0100"),
        ("+12395550100", "+12395550100"),
        ("12395550100", "12395550100"),
    ],
)
def test_the_number_is_grouped_while_it_is_typed(site, visit, typed, shown):
    page = visit(site.login)
    page.get_by_label("Phone number").press_sequentially(typed)
    expect(page.get_by_label("Phone number")).to_have_value(shown)
    page.get_by_role("button", name="Send the code").click()
    await_code_screen(page)
    assert site.codes_sent(ORDINARY) > 0


def test_a_number_of_another_country_is_read_as_that_country_writes_it(site, visit):
    page = visit(site.login)
    page.get_by_label("Country").select_option("MX")
    ask_for_a_code(page, "55 1234 5678")
    await_code_screen(page)
    expect(page.locator(".number")).to_have_text(re.compile(r"^\+52 "))


def test_a_number_that_is_none_is_said_at_the_field_and_kept(site, visit):
    page = visit(site.login)
    ask_for_a_code(page, "12345")
    expect(page.get_by_role("alert")).to_contain_text("does not look like a phone number")
    number = page.get_by_label("Phone number")
    expect(number).to_have_value("12345")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_accessible_description(re.compile("does not look like"))


@pytest.fixture
def slow_whatsapp(simulator: RunningSimulator) -> Iterator[None]:
    simulator.set_latency(1.0)
    yield
    simulator.set_latency(0.0)


def test_a_double_click_sends_one_message(site, visit):
    page = visit(site.login)
    before = site.codes_sent()
    page.get_by_label("Phone number").fill(ORDINARY)
    page.get_by_role("button", name="Send the code").dblclick()
    await_code_screen(page)
    assert site.codes_sent() == before + 1


def test_a_second_click_while_the_first_is_on_its_way_asks_for_nothing(site, visit, slow_whatsapp):
    page = visit(site.login)
    forms = []
    page.on("request", lambda request: forms.append(request.url) if is_form(request) else None)
    page.get_by_label("Phone number").fill(ORDINARY)
    button = page.get_by_role("button", name="Send the code").bounding_box()
    assert button is not None
    # By the mouse: a click on an element would wait for the page that the first one leads to.
    place = (button["x"] + button["width"] / 2, button["y"] + button["height"] / 2)
    with page.expect_request(site.login):
        page.mouse.click(*place)
    page.mouse.click(*place)
    await_code_screen(page)
    assert forms == [site.login]


def test_a_code_is_cleared_of_what_is_no_digit_while_it_is_typed(site, visit):
    page = visit(site.login)
    ask_for_a_code(page)
    await_code_screen(page)
    page.get_by_label("Code", exact=True).press_sequentially("12-3 x4")
    expect(page.get_by_label("Code", exact=True)).to_have_value("1234")


def test_back_from_the_code_shows_the_number_and_the_way_forward(site, visit):
    page = visit(site.login)
    ask_for_a_code(page)
    await_code_screen(page)
    sent = site.codes_sent()
    page.go_back()
    expect(page.get_by_label("Phone number")).to_have_value(ORDINARY)
    page.get_by_role("link", name="Enter the code").click()
    await_code_screen(page)
    type_code(page, site.newest_code())
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()
    assert site.codes_sent() == sent


def test_back_after_the_login_says_that_one_is_logged_in(site, visit):
    page = visit(site.login)
    log_in(page, site)
    page.goto(site.login)
    expect(page.get_by_text("You are logged in already.")).to_be_visible()
    page.goto(f"{site.login}/code")
    expect(page.get_by_label("Phone number")).to_be_visible()


def test_the_login_leads_to_a_listed_page(site, visit):
    page = visit(f"{site.login}?next={NEXT}")
    ask_for_a_code(page)
    await_code_screen(page)
    type_code(page, site.newest_code())
    page.wait_for_url(f"{site.service.url}{NEXT}")


def test_the_login_leads_nowhere_else(site, visit):
    page = visit(f"{site.login}?next=https://evil.example/")
    log_in(page, site)
    assert page.url == f"{site.login}/done"


def test_no_number_and_no_code_is_in_an_address_or_in_the_log(site, visit):
    addresses = []
    page = visit(site.login)
    page.on("request", lambda request: addresses.append(request.url))
    log_in(page, site)
    code = site.newest_code()
    assert addresses
    for text in ("2395550100", "555-0100", code):
        assert not [address for address in addresses if text in address]
        assert text not in site.log
