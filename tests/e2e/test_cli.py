"""The command line, as an operator meets it."""

import hashlib
import json
import sys
from pathlib import Path

import pytest
import redis
import requests

from otp_service.demo.owned_process import OwnedProcess
from otp_service.demo.redis_process import RedisProcess
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID
from tests.e2e.command_line import Ended, Run, otp_service
from tests.e2e.conftest import answers, await_condition, free_port, process_environment
from tests.environment import environment


@pytest.fixture
def run(redis_server: RedisProcess, redis_client: redis.Redis, tmp_path: Path) -> Run:
    """Runs `otp-service` with a whole environment, or with the one that is given."""
    whole = environment(redis_server.url, "http://127.0.0.1:9")

    def run(*arguments: str, variables: dict[str, str] | None = None) -> Ended:
        given = whole if variables is None else variables
        return otp_service(given, *arguments, folder=tmp_path)

    return run


def test_serve_names_every_missing_setting_at_once_and_exits_with_2(run: Run):
    ended = run("serve", variables={"OTP_SECRET_KEYS": "short", "OTP_TTL": "soon"})
    assert ended.returncode == 2
    for name in (
        "REDIS_URL",
        "OTP_SECRET_KEYS",
        "OTP_PSEUDONYM_KEY",
        "GAS_API_KEY",
        "WHATSAPP_ACCESS_TOKEN",
        "WHATSAPP_PHONE_NUMBER_ID",
        "WHATSAPP_BUSINESS_ACCOUNT_ID",
        "WHATSAPP_APP_SECRET",
        "WHATSAPP_WEBHOOK_VERIFY_TOKEN",
        "OTP_TTL",
    ):
        assert ended.stderr.count(f"{name}:") == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "short" not in ended.stderr
    assert "otp-service keys secret" in ended.stderr


def test_made_secrets_are_strong_enough_to_start_with(run: Run):
    first, second = run("keys", "secret").stdout, run("keys", "secret").stdout
    assert first != second
    assert len(first.strip()) >= 43


def test_a_clients_key_is_shown_once_and_its_entry_holds_only_the_hash(run: Run):
    made = run("keys", "client", "console", "--scope", "audit", "--scope", "roles")
    key, entry = made.stdout.splitlines()
    assert json.loads(entry) == {
        "console": {
            "sha256": hashlib.sha256(key.encode()).hexdigest(),
            "scopes": ["audit", "roles"],
        }
    }
    assert key not in entry


def test_roles_are_set_listed_and_removed(run: Run):
    assert run("roles", "set", "(239) 555-0100", "staff").stdout == (
        "+1******0100 indemnitor -> staff, 0 sessions ended\n"
    )
    (row,) = run("roles", "list", "--json").stdout.splitlines()
    listed = json.loads(row)
    assert listed["role"] == "staff"
    assert listed["changed_by"] == "cli"
    assert run("roles", "list").stdout.startswith("staff         +1******0100 ")
    assert "staff -> indemnitor" in run("roles", "remove", "+12395550100").stdout
    assert run("roles", "list").stdout == ""


def test_a_number_that_is_none_is_refused_in_one_sentence(run: Run):
    ended = run("roles", "set", "12", "staff")
    assert ended.returncode == 1
    assert ended.stderr == "That does not look like a phone number. Check it and try again.\n"


def test_without_redis_the_roles_commands_say_so(run: Run, tmp_path: Path):
    away = environment(f"unix://{tmp_path}/nobody.sock", "http://127.0.0.1:9")
    ended = run("roles", "list", variables=away)
    assert ended.returncode == 1
    assert "not available" in ended.stderr


def test_the_simulator_runs_alone(run: Run):
    port = free_port()
    command = [sys.executable, "-m", "otp_service", "simulator", "--port", str(port)]
    credentials = {
        "WHATSAPP_ACCESS_TOKEN": ACCESS_TOKEN,
        "WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "WHATSAPP_BUSINESS_ACCOUNT_ID": BUSINESS_ACCOUNT_ID,
        "WHATSAPP_APP_SECRET": APP_SECRET,
    }
    process = OwnedProcess(command, process_environment(credentials))
    try:
        await_condition(lambda: answers(f"http://127.0.0.1:{port}/inbox"), "the simulator")
        refused = requests.post(
            f"http://127.0.0.1:{port}/v23.0/{PHONE_NUMBER_ID}/messages", timeout=5
        )
        assert refused.status_code == 401
    finally:
        process.stop()
    assert run("simulator", variables={}).returncode == 2


def test_an_owner_is_accepted_and_a_new_one_only_when_that_is_meant(run: Run):
    run("roles", "set", "+12395550100", "staff")
    same = run("identity", "accept", "(239) 555-0100", "--owner", "same")
    nothing = "+1******0100 has nothing to accept: nothing was changed\n"
    assert same.stdout == nothing
    asked = run("identity", "accept", "+12395550100", "--owner", "new")
    assert asked.returncode == 1
    assert "Take role, sessions and userId of +1******0100" in asked.stdout
    assert run("roles", "list").stdout != ""
    done = run("identity", "accept", "+12395550100", "--owner", "new", "--yes")
    assert done.stdout == "+1******0100 was not refused; owner: new, 0 sessions ended\n"
    assert run("roles", "list").stdout == ""
    again = run("identity", "accept", "+12395550100", "--owner", "new", "--yes")
    assert (again.returncode, again.stdout) == (0, nothing)
