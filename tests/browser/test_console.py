"""The office at the console: an administrator does each thing, staff look, families stay out."""

import csv
import json
from pathlib import Path

import requests
from playwright.sync_api import Page, expect

from tests.browser.console_screens import failed_login, locked_number, some_logins
from tests.browser.site import ADMIN, ORDINARY, STAFF, Site
from tests.browser.steps import enter_console, log_in, look_up
from tests.conftest import CONSOLE_KEY


def newest_event(site: Site, event: str) -> dict[str, str]:
    answer = requests.get(
        f"{site.service.url}/v1/audit/events",
        params={"event": event},
        headers={"X-API-Key": CONSOLE_KEY},
        timeout=10,
    )
    found: dict[str, str] = answer.json()["events"][0]
    return found


def confirm(page: Page, button: str, done: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_have_text(done)


def test_an_administrator_opens_a_locked_number(site: Site, visit):
    page = visit(site.login)
    locked_number(page, site)
    expect(page.get_by_text("10 in a row: locked for")).to_be_visible()
    page.get_by_role("link", name="Unlock…").click()
    expect(page.get_by_role("main")).to_contain_text("10 wrong codes will be forgotten.")
    confirm(page, "Unlock the number", "The number is open again.")
    expect(page.get_by_text("none: open")).to_be_visible()
    assert site.call("send", phoneNumber=ORDINARY)["success"] is True
    assert newest_event(site, "lockout_cleared")["client"].startswith("admin:")


def test_an_administrator_changes_their_mind(site: Site, visit):
    page = visit(site.login)
    locked_number(page, site)
    page.get_by_role("link", name="Unlock…").click()
    page.get_by_role("link", name="No, go back").click()
    expect(page.get_by_text("10 in a row: locked for")).to_be_visible()


def test_an_administrator_makes_somebody_staff_and_takes_it_back(site: Site, visit):
    page = visit(site.login)
    user_id = enter_console(page, site)
    look_up(page, site, "(239) 555-0143")
    page.get_by_label("Role").select_option("staff")
    page.get_by_role("button", name="Set this role…").click()
    expect(page.get_by_role("heading", name="Make +1••••••0143 staff?")).to_be_visible()
    confirm(page, "Set the role", "The role is set.")
    event = newest_event(site, "role_set")
    assert (event["client"], event["phoneNumber"]) == (f"admin:{user_id}", "+1******0143")
    page.get_by_role("link", name="Remove the role…").click()
    confirm(page, "Remove the role", "The role is removed.")
    assert newest_event(site, "role_removed")["client"] == f"admin:{user_id}"


def test_an_administrator_ends_somebodys_sessions(site: Site, visit):
    family, page = visit(site.login), visit(site.login)
    log_in(family, site)
    enter_console(page, site)
    look_up(page, site, ORDINARY)
    expect(page.get_by_text("1 device is logged in")).to_be_visible()
    page.get_by_role("link", name="End all sessions…").click()
    confirm(page, "End all sessions", "The sessions are ended.")
    family.goto(f"{site.login}/done")
    expect(family.get_by_label("Phone number")).to_be_visible()


def test_i_never_got_the_code(site: Site, visit):
    page = visit(site.login)
    failed_login(page, site)
    expect(page.get_by_role("heading", name="The code did not arrive")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("The number has no WhatsApp")
    expect(page.locator(".steps > li")).to_have_count(4)
    expect(page.get_by_role("main")).to_contain_text("recipient_unreachable:131026")


def test_a_number_leads_to_its_last_login(site: Site, visit):
    some_logins(site)
    page = visit(site.login)
    enter_console(page, site)
    look_up(page, site, "+19045550100")
    page.get_by_role("link", name="Its login").first.click()
    expect(page.get_by_role("heading", name="The code did not arrive")).to_be_visible()


def test_the_audit_is_filtered_and_paged(site: Site, visit):
    for _ in range(60):
        site.call("validate", phoneNumber=ORDINARY, otpCode="123456")
    page = visit(site.login)
    enter_console(page, site)
    page.get_by_role("link", name="Events").click()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Phone number or userId").fill("239-555-0100")
    page.get_by_label("What happened").select_option("attempt_refused")
    page.get_by_role("button", name="Show these").click()
    expect(page.locator(".events > li")).to_have_count(50)
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".events > li")).to_have_count(10)
    assert "555" not in page.url
    page.get_by_role("link", name="Newest").click()
    expect(page.locator(".events > li")).to_have_count(50)


def test_what_is_shown_is_exported(site: Site, visit, tmp_path: Path):
    some_logins(site)
    page = visit(site.login)
    enter_console(page, site)
    page.goto(f"{site.console}/events?event=login_succeeded")
    shown = page.locator(".events > li").count()
    for name in ("CSV", "NDJSON"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Export as {name}", exact=True).click()
        download.value.save_as(tmp_path / name)
        assert download.value.suggested_filename == f"audit.{name.lower()}"
    with (tmp_path / "CSV").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = (tmp_path / "NDJSON").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert len(rows) == len(events) == shown == 7
    assert {event["event"] for event in events} == {"login_succeeded"}


def test_staff_see_it_and_change_nothing_even_by_a_forged_form(site: Site, visit):
    page = visit(site.login)
    locked_number(page, site)
    place = page.url.partition("?")[0]
    staff = visit(site.login)
    enter_console(staff, site, STAFF, "staff")
    staff.goto(place)
    expect(staff.get_by_text("10 in a row: locked for")).to_be_visible()
    expect(staff.get_by_role("heading", name="What you can do")).to_have_count(0)
    forged = """place => {
      const form = document.querySelector("form.leave");
      form.action = place;
      form.requestSubmit();
    }"""
    with staff.expect_navigation() as answered:
        staff.evaluate(forged, f"{place}/unlock")
    assert answered.value.status == 403
    expect(staff.get_by_role("heading", name="Only administrators may do that")).to_be_visible()
    staff.goto(place)
    expect(staff.get_by_text("10 in a row: locked for")).to_be_visible()


def test_a_family_is_told_that_this_is_for_the_office(site: Site, visit):
    page = visit(site.login)
    log_in(page, site)
    with page.expect_navigation() as answered:
        page.evaluate("place => location.assign(place)", site.console)
    assert answered.value.status == 403
    page.get_by_role("button", name="Log in with another number").click()
    enter_console(page, site)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_session_that_was_ended_elsewhere_is_over_at_the_next_click(site: Site, visit):
    here, there = visit(site.login), visit(site.login)
    enter_console(here, site)
    enter_console(there, site)
    look_up(there, site, ADMIN)
    there.get_by_role("link", name="End all sessions…").click()
    expect(there.get_by_text("This is your own number: you will be logged out.")).to_be_visible()
    there.get_by_role("button", name="End all sessions").click()
    expect(there.get_by_label("Phone number")).to_be_visible()
    here.get_by_role("link", name="Health").click()
    expect(here.get_by_role("heading", name="Log in with WhatsApp")).to_be_visible()


def test_no_number_is_in_an_address_or_in_the_log(site: Site, visit):
    addresses: list[str] = []
    page = visit(site.login)
    page.on("request", lambda request: addresses.append(request.url))
    enter_console(page, site)
    look_up(page, site, "(239) 555-0142")
    assert addresses
    assert not [address for address in addresses if "5550142" in address or "555-0142" in address]
    assert "5550142" not in site.log
    assert "555-0142" not in site.log
