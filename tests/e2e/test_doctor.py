"""`otp-service doctor` and `template` as processes: exit codes, one JSON object, whole lines."""

import json
from pathlib import Path

import pytest
import redis

from otp_service.demo.redis_process import RedisProcess
from tests.e2e.command_line import Ended, Run, otp_service
from tests.environment import environment
from tests.integration.whatsapp.managed_account import ManagedAccount


@pytest.fixture
def run(
    account: ManagedAccount, redis_server: RedisProcess, redis_client: redis.Redis, tmp_path: Path
) -> Run:
    whole = environment(
        redis_server.url,
        account.simulator.base_url,
        WHATSAPP_TEMPLATE_SECURITY_LINE="false",
        COLUMNS="40",
    )

    def run(*arguments: str, **variables: str) -> Ended:
        return otp_service(whole | variables, *arguments, folder=tmp_path)

    return run


def findings(ended: Ended) -> dict[str, str]:
    [line] = ended.stdout.splitlines()
    return {one["check"]: one["gravity"] for one in json.loads(line)["findings"]}


def test_nothing_fatal_is_exit_code_0_and_one_json_object(run: Run):
    ended = run("doctor", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    found = findings(ended)
    assert "fatal" not in found.values()
    assert found["token_valid"] == found["template_status"] == "good"


def test_something_fatal_is_exit_code_1_with_what_why_and_the_mend(
    run: Run, account: ManagedAccount
):
    account.order(number={"status": "DISCONNECTED"})
    ended = run("doctor")
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    place = lines.index(
        "FATAL   number_registered  The business number is DISCONNECTED, not CONNECTED."
    )
    assert lines[place + 1].strip() == "Meta takes no messages from it."
    assert lines[place + 2].strip().startswith("To mend it: `otp-service whatsapp register`")
    assert lines[-1] == "2 fatal."


def test_without_redis_meta_is_examined_all_the_same(run: Run, tmp_path: Path):
    ended = run("doctor", "--json", REDIS_URL=f"unix://{tmp_path}/nobody.sock")
    assert (ended.returncode, ended.stderr) == (1, "")
    found = findings(ended)
    assert found["redis_answers"] == "fatal"
    assert found["number_registered"] == found["template_status"] == "good"
    assert "argon2_cost" in found


def test_without_meta_redis_is_examined_all_the_same(run: Run):
    ended = run("doctor", "--json", WHATSAPP_API_BASE_URL="http://127.0.0.1:9")
    assert ended.returncode == 0
    found = findings(ended)
    assert found["redis_writes"] == "good"
    assert found["template_unanswered"] == "warning"


def test_without_settings_they_are_named(run: Run):
    ended = run("doctor", WHATSAPP_PHONE_NUMBER_ID="none")
    assert ended.returncode == 2
    assert "WHATSAPP_PHONE_NUMBER_ID: " in ended.stderr


def test_asking_the_doctor_makes_the_service_look(run: Run, redis_client: redis.Redis):
    redis_client.set("{otp:operator}:health:turn", "taken", ex=600)
    run("doctor")
    assert not redis_client.exists("{otp:operator}:health:turn")
    assert not redis_client.exists("{otp:operator}:health")


def test_a_template_goes_from_nothing_to_approved(run: Run, account: ManagedAccount):
    account.order(template_review={"after_s": 0})
    name = {"WHATSAPP_TEMPLATE_NAME": "login_code", "WHATSAPP_TEMPLATE_LANGUAGES": "es"}
    assert run("template", "status", **name).stdout == "None.\n"
    assert run("template", "apply", **name).returncode == 1
    assert run("template", "apply", "--yes", **name).returncode == 0
    shown = run("template", "status", **name).stdout.splitlines()
    assert [row.split()[:2] for row in shown[1:]] == [["en_US", "APPROVED"], ["es", "APPROVED"]]
    assert findings(run("doctor", "--json", **name))["template_status"] == "good"
    assert run("template", "delete", "--yes", **name).returncode == 0
    ended = run("doctor", "--json", **name)
    assert (ended.returncode, findings(ended)["template_exists"]) == (1, "warning")
