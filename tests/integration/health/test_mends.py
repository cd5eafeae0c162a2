"""What a finding or a guide tells the operator to run can be run."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from otp_service.cli import main

ROOT = Path(__file__).parents[3]
ADAPTERS = ROOT / "otp_service" / "adapters"
SOURCES = [
    *sorted(ADAPTERS.glob("*_health.py")),
    ADAPTERS / "whatsapp_refusal.py",
    ROOT / "otp_service" / "domain" / "health.py",
]
GUIDES = [
    ROOT / "docs" / f"{name}.md"
    for name in ("setting-up-meta", "health", "operations", "security")
]
_IN_BACKTICKS = re.compile(r"`(otp-service [^`]+)`")
_IN_A_BLOCK = re.compile(r"^(?:\.venv/bin/|[^`#\n]* \| )?(otp-service [^#\n]+)", re.MULTILINE)


def commands_of(text: str) -> list[str]:
    return [one.strip() for one in _IN_BACKTICKS.findall(text) + _IN_A_BLOCK.findall(text)]


NAMED = sorted(
    {one for path in SOURCES + GUIDES for one in commands_of(path.read_text(encoding="utf-8"))}
)


def parse(command: click.Command, words: list[str], parent: click.Context | None = None) -> None:
    """Raises UsageError for a command, an option or an argument that does not exist."""
    context = command.make_context(words[0] if words else None, words[1:], parent=parent)
    if isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        parse(found, [str(name), *rest], context)


@pytest.mark.parametrize("command", NAMED)
def test_every_command_that_is_named_exists(command: str):
    # Some ask for a PIN or a code.
    with CliRunner().isolation(input="428913\n"):
        parse(main, shlex.split(command))


def test_a_command_that_does_not_exist_is_noticed():
    for command in ("otp-service whatsapp subscrbe", "otp-service doctor --jsn"):
        with pytest.raises(click.UsageError):
            parse(main, shlex.split(command))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_command_in_a_finding_stands_in_backticks(path: Path):
    text = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert text.count("otp-service ") == len(_IN_BACKTICKS.findall(text))
