"""docs/whatsapp-platform.md names what exists: files, functions, commands, tests, webhooks."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from otp_service.adapters.whatsapp_webhook_health import NEEDED_FIELDS
from otp_service.cli import main
from tests.guides.blocks import DOCS, ROOT

PAGE = (DOCS / "whatsapp-platform.md").read_text(encoding="utf-8")
CODE, TESTS = ROOT / "otp_service", ROOT / "tests"
_PLACE = re.compile(r"`([\w/]+\.py)(?::([\w.]+))?`")
_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
_COMMAND = re.compile(r"`otp-service ([a-z -]+)`")
_BUILT, _, _NOT_BUILT = PAGE.partition("## Not built")


def rows(part: str) -> list[list[str]]:
    """The cells of each row but headings."""
    lines = [line for line in part.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if not row[0].startswith(("what", "-"))]


@cache
def names_in(file: Path) -> frozenset[str]:
    """`function`, `Class`, `Class.member` of a file."""
    return frozenset(_names(ast.parse(file.read_text(encoding="utf-8")).body))


def _names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from _names(node.body, f"{node.name}.")
        if isinstance(node, ast.Assign):
            yield from (prefix + one.id for one in node.targets if isinstance(one, ast.Name))


def is_command(words: list[str]) -> bool:
    command: click.Command | None = main
    for word in words:
        group = command if isinstance(command, click.Group) else None
        command = group.get_command(click.Context(group), word) if group else None
    return command is not None


@pytest.mark.parametrize("row", rows(_BUILT), ids=lambda row: row[0])
def test_a_row_says_where_it_is_and_what_shows_it(row: list[str]):
    _, need, where, shown = row
    assert need in {"N", "U"}
    places, commands = _PLACE.findall(where), _COMMAND.findall(where)
    assert places or commands or "](" in where
    for path, name in places:
        assert not name or name in names_in(CODE / path), f"{path} has no {name}"
        assert (CODE / path).is_file()
    for command in commands:
        assert is_command(command.split()), f"there is no otp-service {command}"
    tests = _TEST.findall(shown)
    assert len(tests) == shown.count("::") > 0
    for path, name in tests:
        assert name in names_in(TESTS / path), f"{path} has no {name}"


def test_every_webhook_field_that_is_needed_has_a_row():
    named = {name for row in rows(_BUILT) for name in re.findall(r"`(\w+)`", row[0])}
    assert set(NEEDED_FIELDS) <= named


def test_what_is_not_built_says_why():
    for _what, need, why in rows(_NOT_BUILT):
        assert need == "U"
        assert len(why) > 80


def test_the_error_signals_are_in_the_guide():
    guide = (DOCS / "mobile.md").read_text(encoding="utf-8")
    for signal in ("missing_handshake_or_disorder", "otp_request_expired", "OTP_ERROR"):
        assert signal in guide


def test_the_login_page_says_what_will_be_sent():
    page = (CODE / "web" / "templates" / "login" / "number.html").read_text(encoding="utf-8")
    assert 'id="opt-in">{{ _("We will send a code by WhatsApp to this number.") }}' in page
    assert 'aria-describedby="{% if refusal %}refusal {% endif %}opt-in"' in page


def test_a_name_that_does_not_exist_is_noticed():
    assert "WhatsAppCloudAPI.send_text" in names_in(CODE / "whatsapp" / "cloud_api.py")
    assert "send_fax" not in names_in(CODE / "whatsapp" / "one_liners.py")
    assert is_command(["whatsapp", "number"])
    assert not is_command(["whatsapp", "fax"])
    assert not is_command(["doctor", "number"])
