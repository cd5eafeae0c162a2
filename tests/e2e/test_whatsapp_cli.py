"""`otp-service whatsapp` as a process of its own: settings, exit codes, and no secret anywhere."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ACCESS_TOKEN, APP_SECRET, PHONE_NUMBER_ID, VERIFY_TOKEN
from tests.e2e.conftest import process_environment
from tests.environment import environment
from tests.integration.whatsapp.managed_account import ManagedAccount, managed_account

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def account() -> Iterator[ManagedAccount]:
    with managed_account() as managed:
        yield managed


@pytest.fixture
def run(account: ManagedAccount, tmp_path: Path) -> Run:
    whole = environment("redis://127.0.0.1:9/0", account.simulator.base_url)

    def otp_service_whatsapp(*arguments: str, **variables: str):
        ended = subprocess.run(
            [sys.executable, "-m", "otp_service", "whatsapp", *arguments],
            env=process_environment(whole | {"COLUMNS": "200"} | variables),
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        for secret in (ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN, "appsecret_proof", "428913"):
            assert secret not in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        return ended

    return otp_service_whatsapp


def test_the_number_is_shown_to_people_and_to_scripts(run: Run):
    shown = run("number").stdout
    assert "CONNECTED" in shown
    assert "TIER_2K" in shown
    assert json.loads(run("number", "--json").stdout)["id"] == PHONE_NUMBER_ID


def test_a_dry_run_makes_no_call_and_the_command_makes_one(account: ManagedAccount, run: Run):
    pin = {"WHATSAPP_TWO_STEP_PIN": "428913"}
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
