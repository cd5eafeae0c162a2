"""What the code screen says while a person waits, from the server's own figures."""

import pytest
from playwright.sync_api import expect

from otp_service.demo.redis_process import running_redis
from tests.browser.site import FAILS_ON_OUR_SIDE, WHATSAPP_IS_DOWN, WITHOUT_WHATSAPP, running_site
from tests.browser.steps import ask_for_a_code, await_code_screen, type_code


@pytest.fixture(scope="module")
def site_settings() -> dict[str, str]:
    return {"OTP_TTL": "8", "OTP_SEND_LIMIT": "2 per 10 seconds"}


def test_the_arrival_is_shown_without_reloading(site, visit):
    page = visit(site.login)
    ask_for_a_code(page)
    await_code_screen(page)
    expect(page.get_by_text("Delivered: check your phone")).to_be_visible()
    expect(page.get_by_text("does not show the code")).to_be_visible()


def test_the_code_is_counted_down_to_its_expiry_and_a_new_one_can_be_had(site, visit):
    page = visit(site.login)
    ask_for_a_code(page)
    await_code_screen(page)
    expect(page.get_by_text("The code works for")).to_contain_text("0:0")
    expired = site.newest_code()
    over = page.locator("[data-expiry]").get_by_text("The code has expired. Ask for a new one.")
    expect(over).to_be_visible()
    type_code(page, expired)
    expect(page.get_by_role("alert")).to_contain_text("no longer valid")
    page.get_by_role("button", name="Send a new code").click()
    expect(page.get_by_text("A new code was sent.")).to_be_visible()
    type_code(page, site.newest_code())
    expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()


def test_the_button_for_a_new_code_waits_for_the_servers_limit(site, visit):
    page = visit(site.login)
    ask_for_a_code(page)
    await_code_screen(page)
    button = page.get_by_role("button", name="Send a new code")
    expect(page.get_by_text("1 more code can be sent for now.")).to_be_visible()
    button.click()
    expect(page.get_by_text("A new code was sent.")).to_be_visible()
    expect(button).to_be_disabled()
    expect(page.get_by_text("You can ask for a new code in")).to_be_visible()
    expect(button).to_be_enabled()


def test_too_many_codes_for_a_number_is_counted_down_on_the_number_screen(site, visit):
    for _ in range(2):
        ask_for_a_code(visit(site.login))
    page = visit(site.login)
    ask_for_a_code(page)
    expect(page.get_by_role("alert")).to_contain_text(
        "This number was sent several codes already."
    )
    expect(page.get_by_role("alert")).to_contain_text("You can try again in 0:")


def test_a_number_without_whatsapp_is_said_with_what_to_do(site, visit):
    page = visit(site.login)
    ask_for_a_code(page, WITHOUT_WHATSAPP)
    await_code_screen(page)
    expect(page.get_by_text("This number has no WhatsApp")).to_be_visible()
    expect(page.get_by_text("use another one, or call the office")).to_be_visible()
    page.get_by_role("link", name="Change the number").click()
    expect(page.get_by_label("Phone number")).to_have_value(WITHOUT_WHATSAPP)


def test_our_own_trouble_is_not_called_the_persons(site, visit):
    page = visit(site.login)
    ask_for_a_code(page, FAILS_ON_OUR_SIDE)
    await_code_screen(page)
    expect(page.get_by_text("We could not send the code")).to_be_visible()


def test_whatsapp_away_is_said_on_the_number_screen(site, visit):
    page = visit(site.login)
    ask_for_a_code(page, WHATSAPP_IS_DOWN)
    expect(page.get_by_role("alert")).to_contain_text("WhatsApp")
    expect(page.get_by_label("Phone number")).to_have_value(WHATSAPP_IS_DOWN)


def test_redis_stopped_in_the_middle_is_said_and_the_login_goes_on_after_it(
    simulator, visit, tmp_path
):
    keeping = ("--appendonly", "yes", "--appendfsync", "always")
    with (
        running_redis(options=keeping) as redis_server,
        running_site(redis_server, simulator, tmp_path / "service.log") as site,
    ):
        page = visit(site.login)
        ask_for_a_code(page)
        await_code_screen(page)
        redis_server.stop()
        type_code(page, site.newest_code())
        expect(page.get_by_role("alert")).to_contain_text("not available right now")
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        redis_server.start()
        type_code(page, site.newest_code())
        expect(page.get_by_role("heading", name="You are logged in")).to_be_visible()
