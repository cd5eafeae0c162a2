"""One number at the console: looked up, looked at, opened, given a role, logged out."""

import json
import re

import pytest
from flask import Flask

from tests.http_api.conftest import PHONE, Caller, captured_logs, wrong
from tests.http_api.console_visitor import ADMIN, STAFF, ConsoleVisitor, events_of, give_role
from tests.http_api.test_sessions import introspect, log_in

UNUSED = "+12395550177"


@pytest.fixture
def app(standing_app: Flask) -> Flask:
    return standing_app


@pytest.fixture
def admin(app: Flask, received) -> ConsoleVisitor:
    return ConsoleVisitor(app, received, ADMIN, "admin")


def look_up(admin: ConsoleVisitor, number: str) -> str:
    """Return the number's address; the page is shown."""
    admin.get("/admin/numbers")
    place = admin.submit("/admin/numbers", number=number).location
    admin.get(place)
    return place


def do(admin: ConsoleVisitor, number: str, action: str, **fields: str) -> str:
    """Look up, ask for the action, confirm it; return what the confirmation said."""
    place, _, sealed = look_up(admin, number).partition("?")
    query = "&".join([sealed, *(f"{name}={value}" for name, value in fields.items())])
    admin.get(f"{place}/{action}?{query}")
    assert admin.page.status_code == 200
    said = admin.words
    answer = admin.submit(f"{place}/{action}?{sealed}", **fields)
    admin.get(answer.location)
    return said


def lock(app: Flask, received) -> None:
    caller = Caller(app, rest=True)
    for _ in range(2):
        caller.send()
        for _ in range(5):
            caller.validate(wrong(received()))


@pytest.mark.parametrize("spelling", [PHONE, "(239) 555-0100", "12395550100", " +1 239 5550100"])
def test_any_spelling_leads_to_the_userid_and_no_number_is_in_an_address(
    app, admin, received, spelling
) -> None:
    user_id = log_in(app, received)["userId"]
    place = look_up(admin, spelling)
    assert place.startswith(f"/admin/numbers/{user_id}?who=")
    assert "5550100" not in place
    assert "+1••••••0100" in admin.text
    assert "5550100" not in admin.text


def test_what_is_no_number_is_said_at_the_field_and_kept(admin) -> None:
    admin.get("/admin/numbers")
    answer = admin.submit("/admin/numbers", number="12345")
    assert answer.status_code == 400
    assert "does not look like a phone number" in answer.text
    assert 'value="12345"' in answer.text


def test_the_state_is_told_in_words(app, admin, received) -> None:
    lock(app, received)
    look_up(admin, PHONE)
    assert "10 in a row: locked for 15 min more" in admin.words
    assert "Last message taken by WhatsApp" in admin.words
    assert "Live code works for 10 min more, 5 tries spent" in admin.words
    assert "Sessions nobody is logged in" in admin.words
    assert "Role indemnitor" in admin.words
    assert "Number locked" in admin.words


def test_a_number_is_unlocked_on_record(app, admin, received) -> None:
    lock(app, received)
    assert Caller(app, rest=True).send().get_json()["code"] == "locked"
    said = do(admin, PHONE, "unlock")
    assert "Unlock +1••••••0100?" in said
    assert "10 wrong codes will be forgotten." in said
    assert "The number is open again." in admin.words
    assert "none: open" in admin.words
    assert Caller(app, rest=True).send().get_json()["success"]
    (event,) = events_of(app, event="lockout_cleared")
    assert event["client"] == f"admin:{admin.user_id}"
    assert (event["ip"], event["phoneNumber"]) == ("127.0.0.1", "+1******0100")
    assert event["userAgent"]


def test_a_number_that_waits_for_its_next_code_says_so_and_is_opened(app, admin, store) -> None:
    caller = Caller(app, rest=True)
    for _ in range(6):
        assert caller.send().get_json()["success"]
        store.delete(*store.scan_iter("otp-limits*"))
    look_up(admin, PHONE)
    assert "Codes without a login 6 in a row: the next one in" in admin.words
    said = do(admin, PHONE, "unlock")
    assert "be sure that its owner asks" in said
    assert "wrong codes" not in said
    assert "Codes without a login none" in admin.words
    assert caller.send().get_json()["success"]


def test_a_role_is_set_and_removed_on_record(app, admin, received) -> None:
    token = log_in(app, received)["sessionToken"]
    said = do(admin, PHONE, "set-role", role="staff")
    assert "Now it is: indemnitor. Then: staff." in said
    assert "1 session ends" in said
    assert "The role is set." in admin.words
    assert introspect(app, token)["active"] is False
    said = do(admin, PHONE, "remove-role")
    assert "Now it is: staff. Then: indemnitor." in said
    assert "The role is removed." in admin.words
    names = [event["event"] for event in events_of(app, client=f"admin:{admin.user_id}")]
    assert names == ["role_removed", "sessions_ended", "role_set"]


def test_a_number_that_nobody_used_yet_gets_a_role_under_its_masked_form(app, admin) -> None:
    place = look_up(admin, UNUSED)
    assert "The audit has no events of this number." in admin.words
    do(admin, UNUSED, "set-role", role="admin")
    admin.get("/admin/numbers")
    assert "+1••••••0177" in admin.text
    assert f"admin:{admin.user_id}" in admin.text
    (event,) = events_of(app, event="role_set", client=f"admin:{admin.user_id}")
    assert (event["phoneNumber"], event["country"]) == ("+1******0177", "US")
    assert "0177" not in place


def test_sessions_are_ended_on_record(app, admin, received) -> None:
    mine = [log_in(app, received)["sessionToken"] for _ in range(2)]
    said = do(admin, PHONE, "end-sessions")
    assert "2 sessions end" in said
    assert "The sessions are ended." in admin.words
    assert [introspect(app, token)["active"] for token in mine] == [False, False]
    (event,) = events_of(app, event="sessions_ended")
    assert event["client"] == f"admin:{admin.user_id}"


def test_whoever_acts_on_themselves_is_told_and_logged_out(admin) -> None:
    said = do(admin, ADMIN, "end-sessions")
    assert "This is your own number: you will be logged out." in said
    assert admin.get("/admin").location == "/login?next=/admin"


def test_asking_changes_nothing(app, admin, received) -> None:
    log_in(app, received)
    before = events_of(app)
    place = look_up(admin, PHONE).partition("?")[0]
    for action in ("unlock", "set-role?role=admin", "remove-role", "end-sessions"):
        assert admin.get(f"{place}/{action}").status_code == 200
    assert events_of(app) == before


@pytest.mark.parametrize("role", ["", "root", "Admin"])
def test_a_role_that_does_not_exist_is_refused(app, admin, received, role) -> None:
    log_in(app, received)
    place = look_up(admin, PHONE).partition("?")[0]
    assert admin.get(f"{place}/set-role?role={role}").status_code == 400
    admin.get("/admin/numbers")
    answer = admin.submit(f"{place}/set-role", role=role)
    assert (answer.status_code, "role must be one of" in answer.text) == (400, True)


def test_a_sealed_number_of_somebody_else_names_nobody(app, admin) -> None:
    sealed = look_up(admin, UNUSED).partition("?who=")[2]
    other = "b2b3c4d5" * 3
    for who in (sealed, "forged", "ü", "x" * 600, ""):
        admin.get(f"/admin/numbers/{other}", query_string={"who": who})
        assert "A number that nobody knows yet" in admin.text
        assert "What you can do" not in admin.text
        answer = admin.submit(f"/admin/numbers/{other}/set-role?who={who}", role="admin")
        assert answer.status_code == 400
    assert events_of(app, event="role_set", userId=other) == []


def test_a_number_whose_events_are_gone_is_known_by_its_role(app, admin, store) -> None:
    user_id = give_role(app, STAFF, "staff")
    for key in store.keys("*:audit") + store.keys("*:history:*"):
        store.delete(key)
    admin.get(f"/admin/numbers/{user_id}")
    assert "+1••••••0143" in admin.text


@pytest.mark.parametrize("user_id", ["12395550100", "A" * 24, "a" * 23, "%2B12395550100"])
def test_what_is_no_userid_is_not_found(admin, user_id) -> None:
    assert admin.get(f"/admin/numbers/{user_id}").status_code == 404


def test_whoever_looks_at_a_number_is_on_record(build, received) -> None:
    with captured_logs("INFO") as logs:
        app = build()
        admin = ConsoleVisitor(app, received, ADMIN, "admin")
        look_up(admin, PHONE)
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    (read,) = [line for line in lines if line["event"] == "audit_read"]
    assert (read["what"], read["client"]) == ("number", f"admin:{admin.user_id}")
    assert re.fullmatch("[a-z2-7]{24}", read["user_id"])
    assert "2395550100" not in logs.getvalue()
