"""The commands are found by name, and one of them brings nothing of the others."""

import subprocess
import sys

import click

from otp_service.cli import main

_SERVE = """
import sys
from otp_service.cli import serving
serving.loaded()
print(*sys.modules)
"""


def test_every_command_is_one_and_says_what_it_does():
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str()


def test_a_worker_loads_what_it_serves_with_and_no_more():
    ran = subprocess.run(
        [sys.executable, "-c", _SERVE], capture_output=True, text=True, check=True
    )
    loaded = set(ran.stdout.split())
    assert "otp_service.server.worker" in loaded
    others = {"otp_service.cli.whatsapp", "otp_service.simulator", "pygal", "rich.table"}
    assert loaded.isdisjoint(others)
