"""Where a login may lead, and the many spellings of elsewhere."""

import pytest

from otp_service.web.next_page import NextPages, origin_of_page

PAGES = NextPages(
    ["/account", "/app/", "https://www.example.com", "https://other.example/welcome"]
)


@pytest.mark.parametrize(
    "wanted",
    [
        "/account",
        "/account?tab=1#top",
        "/app/",
        "/app/payments/7",
        "https://www.example.com",
        "https://www.example.com/any/page?x=1",
        "https://other.example/welcome",
        "https://other.example/welcome?from=login",
    ],
)
def test_what_is_listed_is_kept_as_it_is(wanted: str):
    assert PAGES.checked(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "account",
        "/accounts",
        "/account/secret",
        "/other",
        "//evil.example/app/",
        "/\\evil.example",
        "\\\\evil.example",
        "/app/../admin",
        "/app/%2e%2E/admin",
        "/app/./x",
        "/account\r\nSet-Cookie: a=b",
        "/app/\u00e9",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://www.example.com",
        "https://www.example.com.evil.example",
        "https://www.example.com@evil.example/",
        "https://www.example.com:8443/",
        "https://evil.example/https://www.example.com",
        "https://other.example/",
        "https://other.example/welcome/more",
        "https://[",
        "/app/" + "x" * 1100,
    ],
)
def test_everything_else_leads_nowhere(wanted: str):
    assert PAGES.checked(wanted) == ""


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "///evil.example"])
def test_where_every_path_is_listed_another_host_is_no_path(wanted: str):
    pages = NextPages(["/"])
    assert pages.checked("/anything") == "/anything"
    assert pages.checked(wanted) == ""


def test_with_nothing_listed_nothing_is_kept():
    assert NextPages([]).checked("/") == ""


def test_another_sites_page_is_known_by_its_origin():
    assert origin_of_page("https://www.example.com/welcome?x") == "https://www.example.com"
    assert origin_of_page("/account") == ""
