"""The console's overview and its health page, over HTTP."""

import re

import pytest
from flask import Flask

from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, wrong
from tests.http_api.console_visitor import ADMIN, ConsoleVisitor
from tests.http_api.meta import Meta
from tests.webhook_bodies import change


@pytest.fixture
def admin(app: Flask, received) -> ConsoleVisitor:
    return ConsoleVisitor(app, received, ADMIN, "admin")


@pytest.mark.parametrize("span", ["24h", "14d", "30d", "", "forever"])
def test_the_overview_counts_what_happened(app, admin, received, simulator, span) -> None:
    caller = Caller(app, rest=True)
    caller.send()
    caller.validate(received())
    caller.send(OTHER_PHONE)
    caller.validate(wrong(received(OTHER_PHONE)), OTHER_PHONE)
    Meta(app).report(simulator.inbox(PHONE)[-1], "delivered")
    Meta(app).report(simulator.inbox(OTHER_PHONE)[-1], "failed", code=131026)
    admin.get("/admin", query_string={"span": span})
    # The administrator's own login is one of them.
    assert "Logins 2 67% of the codes sent" in admin.words
    assert "Not delivered 1" in admin.words
    assert "Wrong codes 1" in admin.words
    assert "3 of 2000 in the last" in admin.words
    assert "Asked for 3 100% Taken by WhatsApp 3 100% On the phone 1 33% Logged in 2 67%" in (
        admin.words
    )
    assert "131026 Message undeliverable 1" in admin.words
    assert "US 3 1 1 2" in admin.words


def test_each_chart_is_named_and_has_its_table(app, admin, received) -> None:
    admin.get("/admin")
    charts = re.findall(r"<svg[^>]*>", admin.text)
    assert len(charts) == admin.text.count("<details>") >= 4
    for chart in charts:
        assert 'role="img"' in chart
        assert re.search('aria-label="[A-Z][^"]+"', chart)


def test_limits_that_turned_people_away_are_named(build, received) -> None:
    app = build(OTP_SEND_LIMIT="1 per hour")
    admin = ConsoleVisitor(app, received, ADMIN, "admin")
    caller = Caller(app, rest=True)
    caller.send()
    caller.send()
    admin.get("/admin")
    assert "The number had used up its codes for a while. 1" in admin.words


def test_a_day_in_which_nothing_happened_is_a_page_as_well(app, admin, store) -> None:
    for key in store.keys("*:audit:*"):
        store.delete(key)
    admin.get("/admin")
    assert admin.page.status_code == 200
    assert admin.words.count("Nothing happened.") >= 7


def test_health_tells_what_was_found_and_what_redis_says_now(admin) -> None:
    admin.get("/admin/health")
    assert "was not looked at for hours" in admin.words
    assert "Redis takes writes." in admin.words
    assert "None has come yet." in admin.words


def test_an_administrator_has_everything_looked_at_now(app, admin) -> None:
    admin.get("/admin/health")
    answer = admin.submit("/admin/health")
    assert answer.status_code == 200
    assert "The business number is connected." in answer.text
    assert "Redis takes writes." in answer.text
    assert "side was looked at:" in answer.text


def test_meta_is_not_asked_without_end(admin) -> None:
    admin.get("/admin/health")
    statuses = [admin.submit("/admin/health").status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert "You can look again in" in admin.submit("/admin/health").text


def test_what_meta_told_the_operator_is_listed(app, admin) -> None:
    Meta(app).tell(change("account_alerts", {"alert_severity": "CRITICAL", "alert_type": "X"}))
    admin.get("/admin/health")
    assert "Business account: alert" in admin.words
    assert "account_alerts · alert_type: X · alert_severity: CRITICAL" in admin.words
    assert "The last one came" in admin.words


@pytest.mark.parametrize(
    ("language", "security", "meaning"),
    [
        ("en", "Business number: two-step PIN", "somebody is trying to take the number away"),
        ("es", "PIN de verificación en dos pasos", "alguien intenta quitarle el número"),
    ],
)
def test_news_of_every_kind_have_words(admin, store, language, security, meaning) -> None:
    for kind in OperatorEventKind:
        RedisOperatorJournal(store).record(OperatorEvent(kind, Severity.INFO, 0, {"at": kind}))
    admin.get("/admin/health", query_string={"lang": language})
    for kind in OperatorEventKind:
        assert f"{kind} · at: {kind}" in admin.words
    assert security in admin.words
    assert meaning in admin.words


def test_the_language_is_switched_and_stays_switched(admin) -> None:
    admin.get("/admin?span=30d")
    link = re.search(r'href="(\?[^"]+)" lang="es"', admin.text)
    assert link
    assert "span=30d" in link[1]
    admin.get(f"/admin{link[1].replace('&amp;', '&')}")
    assert "Resumen" in admin.text
    assert "Logins" not in admin.words
    admin.get("/admin/health")
    assert "Hallazgos" in admin.text
    admin.get("/admin?lang=en")
    assert "Overview" in admin.text
    admin.get("/admin/health")
    assert "Findings" in admin.text
