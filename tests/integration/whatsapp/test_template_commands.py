"""`otp-service template`: planning, applying again and again, waiting, and only pretending to."""

import json
from collections.abc import Callable

import pytest
import redis
from click.testing import CliRunner, Result

from otp_service.cli import main
from otp_service.demo.redis_process import RedisProcess
from otp_service.whatsapp.templates import TemplateFilter, list_templates
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID
from tests.environment import environment
from tests.http_api.conftest import in_background, wait_until
from tests.integration.whatsapp.managed_account import ManagedAccount

Run = Callable[..., Result]
BOTH = {"WHATSAPP_TEMPLATE_LANGUAGES": "es"}


@pytest.fixture
def run(account: ManagedAccount) -> Run:
    """Runs `otp-service template` in this process, without Redis unless it is given."""
    whole = environment("redis://127.0.0.1:9/0", account.simulator.base_url)

    def otp_service_template(*arguments: str, answer: str = "", **variables: str) -> Result:
        ended = CliRunner().invoke(
            main, ["template", *arguments], input=answer, env=whole | variables
        )
        for secret in (ACCESS_TOKEN, APP_SECRET, "appsecret_proof"):
            assert secret not in ended.output
        assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
        return ended

    return otp_service_template


@pytest.fixture
def reviews_at_once(account: ManagedAccount) -> None:
    account.order(template_review={"after_s": 0})


def states(account: ManagedAccount) -> dict[str, str | None]:
    wanted = TemplateFilter(name="shamrock_auth")
    listed = list_templates(account.graph, BUSINESS_ACCOUNT_ID, wanted)
    return {template.language: template.status for template in listed}


def test_the_plan_says_what_is_otherwise_and_changes_nothing(account: ManagedAccount, run: Run):
    shown = run("plan", **BOTH).stdout
    assert "shamrock_auth in 2 languages" in shown
    for words in (("en_US", "update", "security_recommendation", "True"), ("es", "create")):
        assert any(all(word in line for word in words) for line in shown.splitlines())
    steps = [json.loads(line) for line in run("plan", "--json", **BOTH).stdout.splitlines()]
    assert [(step["language"], step["act"]) for step in steps] == [
        ("en_US", "update"),
        ("es", "create"),
    ]
    assert states(account) == {"en_US": "APPROVED"}


@pytest.mark.usefixtures("reviews_at_once")
def test_applying_makes_it_as_declared_and_again_makes_no_difference(
    account: ManagedAccount, run: Run
):
    first = run("apply", "--yes", **BOTH)
    assert (first.exit_code, first.stderr) == (0, "")
    assert states(account) == {"en_US": "APPROVED", "es": "APPROVED"}
    again = run("apply", **BOTH)
    assert (again.exit_code, again.stderr) == (0, "")
    assert again.stdout.count("nothing") == 2
    [first_step] = [json.loads(line) for line in run("plan", "--json").stdout.splitlines()]
    assert first_step["differences"] == []


def test_applying_waits_for_meta_and_shows_how_it_goes(account: ManagedAccount, run: Run):
    def meta_takes_its_time() -> None:
        before = account.simulator.requests_received
        wait_until(lambda: account.simulator.requests_received >= before + 4)
        account.now += 60

    with in_background(meta_takes_its_time):
        ended = run("apply", "--yes", "--wait", "30")
    assert ended.exit_code == 0, ended.output
    lines = ended.stdout.splitlines()
    assert [line.split() for line in lines[-2:]] == [["en_US", "PENDING"], ["en_US", "APPROVED"]]


def test_an_end_of_patience_is_no_success_and_may_be_taken_up_again(
    account: ManagedAccount, run: Run
):
    ended = run("apply", "--yes", "--wait", "1")
    assert ended.exit_code == 1
    assert "Not approved as declared: en_US" in ended.stderr
    account.now += 60
    assert run("apply").exit_code == 0


def test_who_does_not_wait_is_told_that_it_is_under_review(run: Run):
    ended = run("apply", "--yes", "--wait", "0")
    assert ended.exit_code == 0
    assert ended.stdout.splitlines()[-1].split() == ["en_US", "PENDING"]


def test_meta_throttling_the_questions_ends_no_wait(account: ManagedAccount, run: Run):
    def throttled_for_a_while() -> None:
        before = account.simulator.requests_received
        wait_until(lambda: account.simulator.requests_received >= before + 3)
        account.order(management_limit=0)
        seen = account.simulator.requests_received
        wait_until(lambda: account.simulator.requests_received > seen)
        account.now += 60
        account.order(management_limit=5000)

    with in_background(throttled_for_a_while):
        ended = run("apply", "--yes", "--wait", "30")
    assert ended.exit_code == 0, ended.output


def test_a_meta_that_stays_away_is_said(account: ManagedAccount, run: Run):
    def throttled() -> None:
        before = account.simulator.requests_received
        wait_until(lambda: account.simulator.requests_received >= before + 3)
        account.order(management_limit=0)

    with in_background(throttled):
        ended = run("apply", "--yes", "--wait", "2")
    assert ended.exit_code == 1
    assert "80008" in ended.stderr


def test_a_rejected_template_is_handed_in_again(account: ManagedAccount, run: Run):
    account.order(template_review={"after_s": 0, "status": "REJECTED", "reason": "INVALID_FORMAT"})
    refused = run("apply", "--yes")
    assert refused.exit_code == 1
    assert "REJECTED (INVALID_FORMAT)" in refused.stdout
    account.order(template_review={"after_s": 0, "status": "APPROVED"})
    assert "update" in run("plan").stdout
    assert run("apply", "--yes").exit_code == 0
    assert states(account) == {"en_US": "APPROVED"}


@pytest.mark.usefixtures("reviews_at_once")
def test_what_meta_refuses_is_said_with_its_advice_and_the_rest_is_done(
    account: ManagedAccount, run: Run
):
    assert run("apply", "--yes", **BOTH).exit_code == 0
    assert run("delete", "--language", "es", "--yes", **BOTH).exit_code == 0
    ended = run("apply", "--yes", WHATSAPP_TEMPLATE_LANGUAGES="es,pt_BR")
    assert ended.exit_code == 1
    assert "es: The name is taken, or was deleted in the last 30 days" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("Not approved as declared: es. ")
    assert states(account) == {"en_US": "APPROVED", "pt_BR": "APPROVED"}


@pytest.mark.parametrize("members", [{"category": "UTILITY"}, {"status": "DISABLED"}])
def test_what_can_never_be_right_is_not_tried(
    account: ManagedAccount, run: Run, members: dict[str, str]
):
    account.order(template={"name": "shamrock_auth", "language": "en_US", **members})
    before = states(account)
    ended = run("apply", "--yes", WHATSAPP_TEMPLATE_SECURITY_LINE="false")
    assert ended.exit_code == 1
    assert "another WHATSAPP_TEMPLATE_NAME" in ended.stdout
    assert states(account) == before


def test_nothing_is_changed_unasked(account: ManagedAccount, run: Run):
    asked = run("apply", answer="n\n")
    assert asked.exit_code == 1
    assert "may not be sent again before Meta has reviewed it" in asked.stdout
    assert run("delete", answer="n\n").exit_code == 1
    assert states(account) == {"en_US": "APPROVED"}


def test_a_dry_run_prints_every_call_and_makes_none(account: ManagedAccount, run: Run):
    pretended = run("apply", "--dry-run", **BOTH)
    assert (pretended.exit_code, pretended.stderr) == (0, "")
    printed = pretended.stdout.splitlines()
    base = f"POST {account.simulator.base_url}/v23.0/"
    update, create = (json.loads(line[line.index("{") :]) for line in printed)
    assert all(line.startswith(base) for line in printed)
    assert printed[1].startswith(f"{base}{BUSINESS_ACCOUNT_ID}/message_templates ")
    assert create["language"] == "es"
    assert create["components"] == update["components"]
    assert create["components"][1] == {"type": "FOOTER", "code_expiration_minutes": 10}
    deleted = run("delete", "--dry-run", "--language", "en_US").stdout
    assert deleted.startswith(f"DELETE {account.simulator.base_url}/v23.0/{BUSINESS_ACCOUNT_ID}/")
    assert '"hsm_id"' in deleted
    assert states(account) == {"en_US": "APPROVED"}


def test_a_template_is_deleted_in_one_language_or_in_all(account: ManagedAccount, run: Run):
    account.order(template_review={"after_s": 0})
    run("apply", "--yes", **BOTH)
    assert run("delete", "--language", "fr", "--yes").stderr == (
        "There is no such template in fr.\n"
    )
    assert run("delete", "--language", "es", "--yes").stdout == "Deleted shamrock_auth in es.\n"
    assert states(account) == {"en_US": "APPROVED"}
    assert run("delete", "--yes").exit_code == 0
    assert states(account) == {}
    assert run("status").stdout == "None.\n"


def test_what_is_piped_is_a_line_a_language(run: Run):
    [head, row] = run("status", COLUMNS="20").stdout.splitlines()
    assert head.split()[:2] == ["language", "status"]
    assert row.split() == [
        "en_US",
        "APPROVED",
        "NONE",
        "UNKNOWN",
        "AUTHENTICATION",
        "COPY_CODE",
        "10",
        "600",
    ]
    [found] = [json.loads(line) for line in run("status", "--json").stdout.splitlines()]
    assert (found["language"], found["button"]["otp_type"]) == ("en_US", "COPY_CODE")


def test_the_texts_that_people_read(run: Run):
    shown = run("preview", **BOTH).stdout
    assert "*{{1}}* is your verification code. For your security, do not share this code." in shown
    [text] = map(json.loads, run("preview", "--json").stdout.splitlines())
    assert (text["language"], text["button_text"]) == ("en_US", "Copy code")


@pytest.mark.parametrize(
    ("arguments", "looks"),
    [(("apply", "--yes"), True), (("delete", "--yes"), True), (("apply", "--dry-run"), False)],
)
@pytest.mark.usefixtures("reviews_at_once")
def test_a_change_makes_a_running_service_look(
    run: Run, redis_server: RedisProcess, arguments: tuple[str, ...], looks: bool
):
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("{otp:operator}:health:turn", "taken", ex=600)
        run(*arguments, REDIS_URL=redis_server.url)
        assert bool(client.exists("{otp:operator}:health:turn")) is not looks


def test_a_refused_token_is_one_sentence(run: Run):
    for command in ("plan", "status", "preview", "apply"):
        ended = run(command, WHATSAPP_ACCESS_TOKEN="EAAnobody")
        assert ended.exit_code == 1
        assert ended.stderr.startswith("Meta error 190 ")
