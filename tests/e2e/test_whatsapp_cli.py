"""`otp-service whatsapp` as a process of its own: settings, exit codes, and no secret anywhere."""

import json
from pathlib import Path

import pytest

from tests.conftest import PHONE_NUMBER_ID
from tests.e2e.command_line import Ended, Run, otp_service
from tests.environment import environment
from tests.integration.whatsapp.managed_account import ManagedAccount

PIN = "428913"


@pytest.fixture
def run(account: ManagedAccount, tmp_path: Path) -> Run:
    whole = environment("redis://127.0.0.1:9/0", account.simulator.base_url, COLUMNS="200")

    def run(*arguments: str, **variables: str) -> Ended:
        ended = otp_service(whole | variables, "whatsapp", *arguments, folder=tmp_path)
        assert PIN not in ended.stdout + ended.stderr
        return ended

    return run


def test_the_number_is_shown_to_people_and_to_scripts(run: Run):
    shown = run("number").stdout
    assert "CONNECTED" in shown
    assert "TIER_2K" in shown
    assert json.loads(run("number", "--json").stdout)["id"] == PHONE_NUMBER_ID


def test_a_dry_run_makes_no_call_and_the_command_makes_one(account: ManagedAccount, run: Run):
    pin = {"WHATSAPP_TWO_STEP_PIN": PIN}
    before = account.simulator.requests_received
    assert run("register", "--dry-run", **pin).stdout == (
        f"POST {account.simulator.base_url}/v23.0/{PHONE_NUMBER_ID}/register "
        '{"messaging_product": "whatsapp", "pin": "[redacted]"}\n'
    )
    assert account.simulator.requests_received == before
    assert run("register", **pin).stdout == "The number is registered.\n"
    assert account.simulator.requests_received == before + 1


def test_what_cannot_be_undone_is_not_done_unasked(account: ManagedAccount, run: Run):
    before = account.simulator.requests_received
    assert run("deregister").returncode == 1
    assert account.simulator.requests_received == before


def test_a_token_of_nobody_is_said_to_be_one(run: Run):
    ended = run("number", WHATSAPP_ACCESS_TOKEN="EAAnobody")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Meta error 190 ")
    assert "EAAnobody" not in ended.stderr
