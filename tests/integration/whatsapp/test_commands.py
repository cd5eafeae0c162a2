"""The commands of `otp-service whatsapp`: looking, changing, and only pretending to."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from otp_service.cli import main
from tests.conftest import (
    ACCESS_TOKEN,
    APP_SECRET,
    BUSINESS_ACCOUNT_ID,
    PHONE_NUMBER_ID,
    VERIFY_TOKEN,
)
from tests.environment import environment
from tests.integration.simulator.callback_server import callback_server
from tests.integration.whatsapp.managed_account import ManagedAccount
from tests.integration.whatsapp.messaging_client import client_of

Run = Callable[..., Result]
APP_ID = "634974688087057"
USER_ID = "122103847690001"


@pytest.fixture
def run(account: ManagedAccount) -> Run:
    """Runs `otp-service whatsapp` in this process; no answer may ever hold a secret.

    It has Meta's settings only: neither Redis nor a key of ours is needed to set Meta up.
    """
    settings = environment("", account.simulator.base_url)
    metas = {name: text for name, text in settings.items() if name.startswith("WHATSAPP_")}

    def otp_service_whatsapp(*arguments: str, answer: str = "", **variables: str) -> Result:
        ended = CliRunner().invoke(
            main,
            ["whatsapp", *arguments],
            input=answer,
            env=metas | {"COLUMNS": "200"} | variables,
        )
        for secret in (ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN, "appsecret_proof"):
            assert secret not in ended.output
        assert ended.exception is None or isinstance(ended.exception, SystemExit)
        return ended

    return otp_service_whatsapp


def _json(ended: Result) -> list[dict[str, object]]:
    assert ended.exit_code == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_the_number_is_shown_with_its_health(account: ManagedAccount, run: Run):
    account.order(number={"quality_rating": "RED"}, health={"BUSINESS": "LIMITED"})
    (number,) = _json(run("number", "--json"))
    assert (number["id"], number["quality_rating"]) == (PHONE_NUMBER_ID, "RED")
    assert "certificate" not in number
    shown = run("number").stdout
    for text in ("quality_rating", "RED", "TIER_2K", "entity_type BUSINESS", "LIMITED"):
        assert text in shown


def test_what_is_looked_at_most(run: Run):
    assert _json(run("numbers", "--json"))[0]["id"] == PHONE_NUMBER_ID
    assert _json(run("account", "--json"))[0]["account_review_status"] == "APPROVED"
    assert _json(run("accounts", "--json"))[0]["id"] == BUSINESS_ACCOUNT_ID
    owned = run("accounts", "--business", "506914307656634", "--owned", "--json")
    assert _json(owned)[0]["id"] == BUSINESS_ACCOUNT_ID
    assert _json(run("users", "--json"))[0]["id"] == USER_ID
    assert _json(run("media", "1037543291543636", "--json"))[0]["file_size"] == 35
    (token,) = _json(run("token", "--json"))
    assert (token["is_valid"], token["user_id"]) == (True, USER_ID)
    shown = run("token").stdout
    assert "whatsapp_business_messaging" in shown
    assert "2025-10-09 08:53:20 UTC" in shown
    assert "CONNECTED" in run("numbers").stdout
    assert "APPROVED" in run("accounts").stdout


def test_an_empty_list_says_so(run: Run):
    assert run("apps").stdout == "None.\n"
    assert run("apps", "--json").stdout == ""
    assert run("analytics").stdout == "None.\n"


def test_figures_and_the_way_of_a_message(run: Run, account: ManagedAccount):
    with client_of(account.simulator) as client:
        wamid = client.send_authentication_otp("+12395550100", "048207").wamid
    account.now += 60
    steps = _json(run("history", wamid, "--json"))
    assert [s["delivery_status"] for s in steps] == ["ACCEPTED", "SENT", "DELIVERED", "READ"]
    assert "DELIVERED" in run("history", wamid).stdout
    for figures in ("pricing", "messages", "conversations"):
        assert run("analytics", figures, "--days", "365", "--by", "MONTHLY").exit_code == 0
    assert "200007" in run("analytics", "template", "--template-id", "1").stderr
    assert run("insights").stdout == "Template analytics are on.\n"
    assert run("analytics", "template", "--template-id", "1").exit_code == 0


def test_webhooks_are_switched_on_sent_elsewhere_and_off(run: Run):
    assert run("subscribe").stdout == "The app gets the account's webhooks.\n"
    (app,) = _json(run("apps", "--json"))
    assert app["id"] == APP_ID
    with callback_server(VERIFY_TOKEN) as callback:
        assert run("subscribe", "--callback", callback).exit_code == 0
        assert run("webhook-override", callback).exit_code == 0
        assert run("app-webhook", callback).exit_code == 0
        (number,) = _json(run("number", "--json"))
        assert number["webhooks"] == {
            "phone_number": callback,
            "business_account": callback,
            "application": callback,
        }
    assert run("webhook-override", "--clear").exit_code == 0
    assert run("unsubscribe", answer="n\n").exit_code == 1
    assert run("unsubscribe", "--yes").exit_code == 0
    assert run("apps").stdout == "None.\n"


def test_the_number_is_taken_out_and_registered_again(run: Run, account: ManagedAccount):
    assert run("pin", WHATSAPP_TWO_STEP_PIN="428913").stdout == "The PIN is set.\n"
    assert run("deregister", answer="y\n").exit_code == 0
    assert _json(run("number", "--json"))[0]["status"] == "DISCONNECTED"
    wrong = run("register", WHATSAPP_TWO_STEP_PIN="111222")
    assert wrong.exit_code == 1
    assert "131031" in wrong.stderr
    assert "111222" not in wrong.stderr
    assert run("register", WHATSAPP_TWO_STEP_PIN="428913").exit_code == 0
    assert run("identity-check", "on").stdout == "The identity check is on.\n"
    account.order(number={"code_verification_status": "EXPIRED"})
    assert run("request-code", "--voice").exit_code == 0
    account.order(number={"verification_code": "482913"})
    assert run("verify-code", "--code", "482913").stdout == "The number is verified.\n"


def test_users_and_media_are_managed(run: Run):
    assert run("assign-user", "77", "--task", "DEVELOP").exit_code == 0
    assert [user["id"] for user in _json(run("users", "--json"))] == [USER_ID, "77"]
    assert run("remove-user", "77").exit_code == 0
    assert run("delete-media", "1037543291543636").exit_code == 0
    assert "does not exist" in run("media", "1037543291543636").stderr


DRY_RUNS = {
    ("subscribe",): f"POST /{BUSINESS_ACCOUNT_ID}/subscribed_apps",
    ("subscribe", "--callback", "https://example.com/hooks"): (
        f"POST /{BUSINESS_ACCOUNT_ID}/subscribed_apps "
        '{"override_callback_uri": "https://example.com/hooks", "verify_token": "[redacted]"}'
    ),
    ("unsubscribe",): f"DELETE /{BUSINESS_ACCOUNT_ID}/subscribed_apps",
    ("app-webhook", "https://example.com/hooks", "--field", "messages"): (
        f'POST /{APP_ID}/subscriptions form {{"object": "whatsapp_business_account", '
        '"callback_url": "https://example.com/hooks", "verify_token": "[redacted]", '
        '"fields": "messages"}'
    ),
    ("webhook-override", "https://example.com/hooks"): (
        f'POST /{PHONE_NUMBER_ID} {{"webhook_configuration": {{"override_callback_uri": '
        '"https://example.com/hooks", "verify_token": "[redacted]"}}'
    ),
    ("register", "--pin", "428913", "--region", "DE"): (
        f'POST /{PHONE_NUMBER_ID}/register {{"messaging_product": "whatsapp", '
        '"pin": "[redacted]", "data_localization_region": "DE"}'
    ),
    ("deregister",): f"POST /{PHONE_NUMBER_ID}/deregister",
    ("pin", "--pin", "428913"): f'POST /{PHONE_NUMBER_ID} {{"pin": "[redacted]"}}',
    ("request-code",): (
        f'POST /{PHONE_NUMBER_ID}/request_code {{"code_method": "SMS", "language": "en_US"}}'
    ),
    ("verify-code", "--code", "482913"): (
        f'POST /{PHONE_NUMBER_ID}/verify_code {{"code": "[redacted]"}}'
    ),
    ("identity-check", "off"): (
        f'POST /{PHONE_NUMBER_ID}/settings {{"user_identity_change": '
        '{"enable_identity_key_check": false}}'
    ),
    ("insights",): f'POST /{BUSINESS_ACCOUNT_ID} {{"is_enabled_for_insights": true}}',
    ("assign-user", "77"): (
        f'POST /{BUSINESS_ACCOUNT_ID}/assigned_users form {{"user": "77", '
        '"tasks": "[\\"MANAGE\\"]"}'
    ),
    ("remove-user", "77"): f'DELETE /{BUSINESS_ACCOUNT_ID}/assigned_users query {{"user": "77"}}',
    ("delete-media", "1037543291543636"): (
        f'DELETE /1037543291543636 query {{"phone_number_id": "{PHONE_NUMBER_ID}"}}'
    ),
}


@pytest.mark.parametrize(("command", "call"), DRY_RUNS.items(), ids=map(" ".join, DRY_RUNS))
def test_a_dry_run_prints_the_call_and_makes_none(
    account: ManagedAccount, run: Run, command: tuple[str, ...], call: str
):
    before = account.simulator.requests_received
    printed = run(*command, "--dry-run").stdout
    assert printed == call.replace(" /", f" {account.simulator.base_url}/v23.0/", 1) + "\n"
    made = account.simulator.requests_received - before
    # Whose token it is has to be asked, and that changes nothing.
    assert made == (2 if command[0] == "app-webhook" else 0)
    assert "428913" not in printed


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("register", "--pin", "12345"), "pin must be six digits.\n"),
        (("webhook-override", "http://example.com"), "callback_uri must be https:// "),
        (("media", "../me"), "media_id must be digits"),
        (("history", "+12395550100"), "wamid must be a message id"),
        (("analytics", "template"), "template_ids must be 1 to 10 ids.\n"),
    ],
)
def test_what_meta_would_refuse_is_one_sentence(run: Run, command: tuple[str, ...], sentence: str):
    ended = run(*command)
    assert ended.exit_code == 1
    assert ended.stderr.startswith(sentence)
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [(), ("https://example.com/", "--clear")])
def test_an_override_is_either_set_or_cleared(run: Run, arguments: tuple[str, ...]):
    ended = run("webhook-override", *arguments)
    assert ended.exit_code == 2
    assert "Give either URL or --clear." in ended.stderr


def test_what_is_missing_of_metas_settings_is_named_and_nothing_else(run: Run):
    ended = run("number", WHATSAPP_PHONE_NUMBER_ID="", WHATSAPP_APP_SECRET="")
    assert ended.exit_code == 2
    first, *lines = ended.stderr.splitlines()
    assert first == "Missing or wrong settings (2):"
    named = {line.split(":")[0].strip() for line in lines}
    assert named == {"WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_APP_SECRET"}


def test_a_token_of_nobody_is_said_to_be_one(run: Run):
    ended = run("number", WHATSAPP_ACCESS_TOKEN="EAAnobody")
    assert ended.exit_code == 1
    assert ended.stderr.startswith("Meta error 190 ")
    assert "EAAnobody" not in ended.stderr
