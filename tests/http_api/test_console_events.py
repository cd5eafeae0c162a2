"""The audit at the console: filtered, page by page, as a file; and one login's story."""

import csv
import io
import json
import re

import pytest
from flask import Flask

from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, wrong
from tests.http_api.console_visitor import ADMIN, ConsoleVisitor, events_of
from tests.http_api.meta import Meta

ITEM = re.compile(r'<li data-tone="(?:good|bad|plain)">\s*<p class="when">')


@pytest.fixture
def app(standing_app: Flask) -> Flask:
    return standing_app


@pytest.fixture
def admin(app: Flask, received) -> ConsoleVisitor:
    return ConsoleVisitor(app, received, ADMIN, "admin")


def filtered(admin: ConsoleVisitor, **fields: str) -> str:
    """Send the filter's form; return the address it leads to, whose page is shown."""
    admin.get("/admin/events")
    answer = admin.submit("/admin/events", **fields)
    assert answer.status_code == 303, answer.text
    admin.get(answer.location)
    assert admin.page.status_code == 200
    return answer.location


def shown(admin: ConsoleVisitor) -> int:
    return len(ITEM.findall(admin.text))


def file_of(admin: ConsoleVisitor, format_: str, address: str) -> str:
    query = address.partition("?")[2]
    answer = admin.client.get(f"/admin/events/export?{query}&format={format_}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="audit.{format_}"'
    return str(answer.get_data(as_text=True))


@pytest.fixture
def two_logins(app: Flask, received) -> dict[str, str]:
    """One that was won, one that was typed wrong; the second's send."""
    caller = Caller(app, rest=True)
    caller.send()
    caller.validate(received())
    sent = caller.send(OTHER_PHONE, endUserIp="192.0.2.7").get_json()
    caller.validate(wrong(received(OTHER_PHONE)), OTHER_PHONE)
    return dict(sent)


def test_every_filter_narrows_and_none_puts_a_number_into_the_address(
    app, admin, two_logins, simulator
) -> None:
    everything = len(events_of(app, limit=200))
    filtered(admin)
    assert shown(admin) == everything
    wamid = simulator.inbox(OTHER_PHONE)[-1].wamid
    for fields, count in (
        ({"whom": "(239) 555-0100"}, 5),
        ({"which": two_logins["requestId"]}, 5),
        ({"which": wamid}, 1),
        ({"event": "attempt_rejected"}, 1),
        ({"outcome": "failure"}, 1),
        ({"client": "gas"}, 10),
        ({"ip": "192.0.2.7"}, 3),
        ({"since": "2020-01-01T00:00"}, everything),
        ({"until": "2020-01-01T00:00"}, 0),
        ({"whom": PHONE, "event": "login_succeeded"}, 1),
        ({"which": wamid, "outcome": "failure"}, 0),
    ):
        address = filtered(admin, **fields)
        assert shown(admin) == count, fields
        assert "555" not in address
        assert wamid not in address


def test_the_filter_stays_in_its_fields(admin, two_logins) -> None:
    filtered(admin, event="attempt_rejected", client="gas", since="2026-01-01T08:30")
    assert '<option value="attempt_rejected" selected>' in admin.text
    assert 'name="client" value="gas"' in admin.text
    assert 'value="2026-01-01T08:30"' in admin.text


def test_a_filters_times_are_the_offices(build, received) -> None:
    app = build(WEB_TIME_ZONE="America/New_York")
    admin = ConsoleVisitor(app, received, ADMIN, "admin")
    address = filtered(admin, since="2026-01-01T08:30")
    assert "since=2026-01-01T08%3A30%3A00-05%3A00" in address
    assert 'value="2026-01-01T08:30"' in admin.text
    assert "Times are in America/New_York." in admin.text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"whom": "12345"}, "does not look like a phone number"),
        ({"which": "a b"}, "requestId must be"),
        ({"ip": "here"}, "ip must be"),
        ({"event": "nothing"}, "event must be one of"),
        ({"since": "yesterday"}, "could not be read"),
        ({"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"}, "until must be after"),
    ],
)
def test_a_wrong_filter_is_told_what_is_wrong_and_kept(admin, fields, reason) -> None:
    admin.get("/admin/events")
    answer = admin.submit("/admin/events", **fields)
    assert (answer.status_code, reason in answer.text) == (400, True)
    if "whom" in fields:
        assert 'value="12345"' in answer.text


@pytest.mark.parametrize(
    "query", ["user=12345", "message=x", "message_of=x", "since=x", "cursor=x", "event=x"]
)
def test_an_address_of_others_making_is_refused_in_a_page(admin, query) -> None:
    answer = admin.get(f"/admin/events?{query}")
    assert (answer.status_code, "That cannot be shown" in answer.text) == (400, True)


def test_pages_lead_on_until_there_are_no_more(app, admin, two_logins) -> None:
    caller = Caller(app, rest=True)
    for _ in range(55):
        caller.validate("123456", "+12395550133")
    address = filtered(admin, event="attempt_refused")
    assert shown(admin) == 50
    assert "Newest</a>" not in admin.text
    older = re.search(r'<a href="([^"]+)">Older</a>', admin.text)
    assert older
    admin.get(older[1].replace("&amp;", "&"))
    assert shown(admin) == 5
    assert "Older</a>" not in admin.text
    newest = re.search(r'<a href="([^"]+)">Newest</a>', admin.text)
    assert newest
    assert newest[1] == address


def test_the_export_has_what_the_filter_shows_in_the_apis_own_members(
    app, admin, two_logins
) -> None:
    address = filtered(admin, whom=OTHER_PHONE)
    expected = events_of(app, phoneNumber=OTHER_PHONE)
    lines = file_of(admin, "ndjson", address).splitlines()
    assert [json.loads(line) for line in lines] == expected
    rows = list(csv.DictReader(io.StringIO(file_of(admin, "csv", address), newline="")))
    assert [row["eventId"] for row in rows] == [event["eventId"] for event in expected]
    # Safe in a spreadsheet: a plus would begin a formula.
    assert {row["phoneNumber"] for row in rows} == {"'+1******0111"}


def test_the_export_is_of_all_pages(app, admin) -> None:
    caller = Caller(app, rest=True)
    for _ in range(205):
        caller.validate("123456", "+12395550133")
    address = filtered(admin, event="attempt_refused")
    assert len(file_of(admin, "ndjson", address).splitlines()) == 205


def test_a_failed_delivery_is_explained_step_by_step(app, admin, simulator) -> None:
    sent = Caller(app, rest=True).send(OTHER_PHONE).get_json()
    Meta(app).report(simulator.inbox(OTHER_PHONE)[-1], "failed", code=131026)
    admin.get(f"/admin/logins/{sent['requestId']}")
    assert "The code did not arrive" in admin.words
    assert "The number has no WhatsApp, or WhatsApp cannot reach it." in admin.words
    assert "(Meta's error 131026)" in admin.words.replace("&#39;", "'")
    titles = re.findall(r"<strong>([^<]+)</strong>", admin.text)
    assert titles[-4:] == [
        "Code asked for",
        "Code made",
        "WhatsApp took the message",
        "Message not delivered",
    ]
    assert "+1••••••0111" in admin.text


def test_a_login_that_was_won_says_so_with_its_times(app, admin, received) -> None:
    caller = Caller(app, rest=True)
    sent = caller.send().get_json()
    caller.validate(received())
    admin.get(f"/admin/logins/{sent['requestId']}")
    assert "The code arrived and was used" in admin.words
    assert "Logged in after" in admin.words


@pytest.mark.parametrize(("request_id", "status"), [("A" * 22, 404), ("a b", 400)])
def test_a_login_that_nobody_knows(admin, request_id, status) -> None:
    assert admin.get(f"/admin/logins/{request_id}").status_code == status
