"""The pages a person looks at."""

from dataclasses import replace
from typing import Any

import pytest


def test_chat_shows_the_message(simulator: Any) -> None:
    simulator.send("+12395550100", "048207")
    page = simulator.get("/inbox/12395550100").text

    assert "<strong>048207</strong> is your verification code." in page
    assert "For your security, do not share this code." in page
    assert "This code expires in 10 minutes." in page
    assert "Shamrock Bail Bonds" in page
    assert "+1 239-555-0100" in page
    assert 'data-code="048207"' in page
    assert 'aria-label="Accepted"' in page


def test_footer_follows_the_settings(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, code_expiration_minutes=5, display_name="Other & Sons"))
    simulator.send()
    page = simulator.get("/inbox/12395550100").text

    assert "This code expires in 5 minutes." in page
    assert "Other &amp; Sons" in page


@pytest.mark.parametrize(("advance_s", "label"), [(0.5, "Sent"), (2, "Delivered"), (60, "Read")])
def test_ticks_follow_delivery(simulator: Any, advance_s: float, label: str) -> None:
    simulator.send()
    simulator.clock.now += advance_s

    for path in ("/inbox", "/inbox/12395550100"):
        assert f'aria-label="{label}"' in simulator.get(path).text


def test_failure_is_shown_with_its_reason(simulator: Any) -> None:
    simulator.send("+19045550100")
    simulator.clock.now += 60
    page = simulator.get("/inbox/19045550100").text

    assert "Not delivered: Message undeliverable (131026)" in page
    assert 'aria-label="Not delivered"' in page


def test_list_shows_each_chat_once_newest_first(simulator: Any) -> None:
    for to in ("+12395550101", "+12395550102", "+12395550101"):
        simulator.send(to)
    page = simulator.get("/inbox").text

    assert page.count('href="/inbox/12395550101"') == 1
    assert page.index("239-555-0101") < page.index("239-555-0102")


def test_pages_escape_html(simulator: Any) -> None:
    simulator.send("+12395550100", "<b>'\"&x</b>")

    for path in ("/inbox", "/inbox/12395550100"):
        page = simulator.get(path).text
        assert "<b>'" not in page
        assert "&lt;b&gt;&#39;&#34;&amp;x&lt;/b&gt;" in page


@pytest.mark.parametrize("digits", ["+12395550100", "abc", "123", "<script>", "1" * 16])
def test_no_such_chat(simulator: Any, digits: str) -> None:
    assert simulator.get(f"/inbox/{digits}").status_code == 404


def test_empty_pages_say_so(simulator: Any) -> None:
    for path in ("/inbox", "/inbox/12395550100"):
        assert "No messages yet." in simulator.get(path).text


def test_root_leads_to_the_inbox(simulator: Any) -> None:
    answer = simulator.get("/")

    assert answer.status_code == 200
    assert answer.url.endswith("/inbox")


@pytest.mark.parametrize("file", ["theme.css", "inbox.css", "inbox.js", "icon.svg"])
def test_static_files(simulator: Any, file: str) -> None:
    answer = simulator.get(f"/inbox/static/{file}")

    assert answer.status_code == 200
    assert f"/inbox/static/{file}" in simulator.get("/inbox").text


def test_policy_forbids_inline_code_and_the_pages_have_none(simulator: Any) -> None:
    simulator.send()
    for path in ("/inbox", "/inbox/12395550100"):
        answer = simulator.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        for inline in ("<style", " style=", " onclick=", "<script>"):
            assert inline not in answer.text
        assert "https://" not in answer.text
    assert "Content-Security-Policy" not in simulator.send().headers
