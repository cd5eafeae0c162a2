"""The settings of the pages: what is refused, and how it is said."""

import pytest

from tests.unit.settings.conftest import fault_of


def test_the_defaults_limit_a_connection_and_lead_nowhere(load):
    settings = load()
    assert settings.web_page_limit == "60 per minute"
    assert settings.login_next_allowlist == ()


@pytest.mark.parametrize(
    "entry",
    ["/account", "/app/", "https://www.example.com", "https://www.example.com/welcome", "/"],
)
def test_next_pages_are_paths_urls_and_origins(load, entry):
    assert load(LOGIN_NEXT_ALLOWLIST=f"{entry}, /other").login_next_allowlist == (entry, "/other")


@pytest.mark.parametrize(
    "entry",
    ["account", "//evil.example", "/\\evil", "ftp://x.example", "https://*.example.com", "https:"],
)
def test_other_next_pages_stop_the_start(load, entry):
    assert "LOGIN_NEXT_ALLOWLIST: each must be a path" in fault_of(
        load, LOGIN_NEXT_ALLOWLIST=entry
    )


def test_a_limit_in_another_notation_stops_the_start(load):
    assert 'WEB_PAGE_LIMIT: must read like "60 per minute"' in fault_of(
        load, WEB_PAGE_LIMIT="sixty"
    )
