"""The settings: defaults, checks, and one message for all that is wrong with them."""

import json

import pytest
from pydantic import ValidationError

from otp_service.domain.api_clients import Scope, key_digest
from otp_service.domain.errors import ForbiddenError, UnauthorizedError
from otp_service.settings import SettingsError, load_settings
from tests.environment import settings_of
from tests.unit.settings.conftest import GOOD, SECRET_NAMES, STRONG, fault_of

DIGEST = key_digest(STRONG)


def test_good_settings_load_with_the_documented_defaults(load):
    settings = load()
    assert settings == settings_of(GOOD)
    assert (settings.otp_ttl, settings.otp_max_attempts) == (600, 5)
    assert (settings.session_ttl, settings.session_ttl_privileged) == (604800, 43200)
    assert settings.otp_send_limit == "3 per 15 minutes"
    assert (settings.trusted_proxies, settings.cors_origins) == (0, ())
    assert settings.whatsapp_template_name == "shamrock_auth"


def test_an_empty_environment_names_all_that_is_missing_and_how_to_make_it():
    with pytest.raises(SettingsError) as caught:
        load_settings()
    text = str(caught.value)
    first, *lines = text.splitlines()
    named = {line.split(":")[0].strip(): line for line in lines}
    assert set(named) == {
        *SECRET_NAMES,
        "REDIS_URL",
        "WHATSAPP_BUSINESS_ACCOUNT_ID",
        "WHATSAPP_PHONE_NUMBER_ID",
    }
    assert first == "Missing or wrong settings (9):"
    assert "otp-service keys secret" in named["OTP_SECRET_KEYS"]
    assert all("(" in line for line in lines)


def test_missing_and_wrong_ones_are_named_together(load):
    changes = {
        "REDIS_URL": None,
        "OTP_PSEUDONYM_KEY": "weak",
        "OTP_TTL": "601",
        "OTP_SEND_LIMIT": "often",
        "CORS_ORIGINS": "example.com",
        "LOG_LEVEL": "LOUD",
        "WHATSAPP_API_BASE_URL": "http://graph.facebook.com",
    }
    text = fault_of(load, **changes)
    assert text.startswith(f"Missing or wrong settings ({len(changes)}):")
    assert all(f"  {name}: " in text for name in changes)


@pytest.mark.parametrize(
    "weak", ["short", "a" * 64, "abcabcabc" * 8, STRONG[:31], "0123456780" * 1 + "0" * 20]
)
@pytest.mark.parametrize("name", ["OTP_SECRET_KEYS", "OTP_PSEUDONYM_KEY", "GAS_API_KEY"])
def test_a_weak_secret_is_refused_without_being_quoted(load, name, weak):
    text = fault_of(load, **{name: weak})
    assert f"{name}: too weak" in text
    assert weak not in text


def test_one_weak_key_in_the_ring_is_enough_to_refuse_it(load):
    assert "OTP_SECRET_KEYS: too weak" in fault_of(
        load, OTP_SECRET_KEYS=f"{STRONG},weak-and-short"
    )
    assert load(OTP_SECRET_KEYS=f" {STRONG} , {STRONG[::-1]},").otp_secret_keys == (
        STRONG,
        STRONG[::-1],
    )
    assert "OTP_SECRET_KEYS" in fault_of(load, OTP_SECRET_KEYS=" , ")


def test_no_secret_is_in_the_error_or_the_repr(load):
    kept = {name: GOOD[name] for name in SECRET_NAMES}
    text = fault_of(
        load, OTP_TTL="-1", WHATSAPP_PHONE_NUMBER_ID="+1 239", REDIS_URL="ftp://u:hunter2@x"
    )
    shown = repr(load(OTP_TTL="600", WHATSAPP_PHONE_NUMBER_ID="1", REDIS_URL="redis://r"))
    for secret in kept.values():
        assert secret not in text + shown
    assert "hunter2" not in text


def test_settings_made_without_the_loader_do_not_quote_a_weak_secret_either():
    with pytest.raises(ValidationError) as caught:
        settings_of({**GOOD, "OTP_PSEUDONYM_KEY": "weak-pseudonym"})
    assert "weak-pseudonym" not in str(caught.value)


def test_the_password_of_redis_is_not_in_the_repr(load):
    assert "hunter2" not in repr(load(REDIS_URL="redis://:hunter2@redis:6379/0"))


def test_an_empty_variable_is_a_missing_one(load):
    assert load(OTP_TTL="", CORS_ORIGINS="").otp_ttl == 600
    assert "REDIS_URL: missing" in fault_of(load, REDIS_URL="")


@pytest.mark.parametrize("from_file", [False, True])
def test_api_clients_are_known_by_the_hash_of_their_key(load, machine, from_file):
    text = json.dumps({"ops": {"sha256": key_digest(STRONG).upper(), "scopes": ["otp", "audit"]}})
    (machine / "clients.json").write_text(text)
    clients = load(OTP_API_CLIENTS=f"@{machine}/clients.json" if from_file else text).api_clients
    client = clients.authenticate(STRONG)
    assert (client.client_id, client.scopes) == ("ops", {Scope.OTP, Scope.AUDIT})
    with pytest.raises(ForbiddenError):
        client.require(Scope.ROLES)
    gas = clients.authenticate(GOOD["GAS_API_KEY"])
    assert (gas.client_id, gas.scopes) == ("gas", {Scope.OTP, Scope.SESSIONS})
    for stranger in ("", key_digest(STRONG), STRONG[:-1]):
        with pytest.raises(UnauthorizedError):
            clients.authenticate(stranger)


@pytest.mark.parametrize("digests", [DIGEST, [DIGEST], [key_digest(STRONG[::-1]), DIGEST]])
def test_a_client_may_have_several_keys(load, digests):
    text = json.dumps({"ops": {"sha256": digests, "scopes": ["otp"]}})
    clients = load(OTP_API_CLIENTS=text, GAS_API_KEY=None).api_clients
    assert clients.authenticate(STRONG).client_id == "ops"
    with pytest.raises(UnauthorizedError):
        clients.authenticate(STRONG[1:])


def test_a_pseudonym_key_can_be_announced_before_it_is_used(load):
    other = STRONG[::-1]
    keys = load(OTP_PSEUDONYM_KEY=f"next:{other},{STRONG}").pseudonym_keys
    assert (keys.coming, keys.ring) == (other, (STRONG,))
    keys = load(OTP_PSEUDONYM_KEY=f"{other},{STRONG}").pseudonym_keys
    assert (keys.coming, keys.ring) == (None, (other, STRONG))
    assert STRONG not in repr(keys)


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        (f"{STRONG},{STRONG}", "the same key twice"),
        (f"next:{STRONG},{STRONG}", "the same key twice"),
        (f"next:{STRONG}", "a next key only"),
        (f"next:weak,{STRONG}", "too weak"),
        (f"{STRONG},next:{STRONG[::-1]}", "only the first one"),
    ],
)
def test_a_ring_of_pseudonym_keys_that_cannot_be_meant_is_refused(load, entries, fault):
    assert f"OTP_PSEUDONYM_KEY: {fault}" in fault_of(load, OTP_PSEUDONYM_KEY=entries)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"x"',
        '{"ops": 5}',
        '{"ops": {}}',
        json.dumps({"ops": {"sha256": STRONG, "scopes": ["otp"]}}),
        json.dumps({"ops": {"sha256": "z" * 64, "scopes": ["otp"]}}),
        json.dumps({"ops": {"sha256": DIGEST, "scopes": ["root"]}}),
        json.dumps({"ops": {"sha256": DIGEST, "scopes": 5}}),
        json.dumps({"ops": {"sha256": 5, "scopes": ["otp"]}}),
        json.dumps({"ops": {"sha256": [], "scopes": ["otp"]}}),
        json.dumps({"ops": {"sha256": [DIGEST, STRONG], "scopes": ["otp"]}}),
    ],
)
def test_broken_api_clients_are_refused_with_an_example(load, text):
    fault = fault_of(load, OTP_API_CLIENTS=text)
    assert "OTP_API_CLIENTS: must be JSON like" in fault
    assert "otp, sessions, roles, audit" in fault
    assert STRONG not in fault


@pytest.mark.parametrize("name", ["meta", "cli", "login-page", "admin:x", "Console", ""])
def test_a_client_cannot_have_a_name_that_passes_for_somebody_else(load, name):
    clients = {name: {"sha256": key_digest(STRONG), "scopes": ["otp"]}}
    assert "a name is small letters" in fault_of(load, OTP_API_CLIENTS=json.dumps(clients))


def test_an_api_clients_file_that_is_not_there_is_said(load):
    assert "nowhere.json" in fault_of(load, OTP_API_CLIENTS="@nowhere.json")


@pytest.mark.parametrize(
    "nobody",
    ["{}", None, "{ }"],
)
def test_a_service_that_nobody_could_call_does_not_start(load, nobody):
    assert "nobody could call" in fault_of(load, OTP_API_CLIENTS=nobody, GAS_API_KEY=None)


@pytest.mark.parametrize("good", ["3 per 15 minutes", "3/minute", "1 per second; 100 per day"])
def test_limits_in_the_notation_of_their_package(load, good):
    assert load(OTP_SEND_LIMIT=good).otp_send_limit == good


@pytest.mark.parametrize("bad", ["3", "three per hour", "3 per fortnight", "-1 per hour", "; ;"])
@pytest.mark.parametrize(
    "name", ["OTP_SEND_LIMIT", "OTP_IP_LIMIT", "OTP_CLIENT_LIMIT", "OTP_DAILY_LIMIT"]
)
def test_limits_that_cannot_be_read_are_refused(load, name, bad):
    assert f'{name}: must read like "3 per 15 minutes"' in fault_of(load, **{name: bad})


@pytest.mark.parametrize(
    "url", ["https://graph.facebook.com", "http://127.0.0.1:8900", "http://[::1]:1"]
)
def test_the_token_goes_over_https_or_to_this_machine(load, url):
    assert load(WHATSAPP_API_BASE_URL=url).whatsapp_api_base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.facebook.com",
        "http://localhost.evil.example",
        "ftp://localhost",
        "x",
        "http://",
        "https://user:password@graph.facebook.com",
        "https://graph.facebook.com?access_token=x",
    ],
)
def test_the_token_goes_nowhere_else(load, url):
    assert "WHATSAPP_API_BASE_URL: must be https://" in fault_of(load, WHATSAPP_API_BASE_URL=url)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTP_TTL", "0"),
        ("OTP_TTL", "ten"),
        ("OTP_MAX_ATTEMPTS", "11"),
        ("OTP_DEFAULT_REGION", "USA"),
        ("OTP_ALLOWED_COUNTRIES", "US,XX"),
        ("OTP_REQUIRE_REQUEST_ID", "perhaps"),
        ("OTP_ARGON2_MEMORY_KIB", "1024"),
        ("SESSION_TTL", "1"),
        ("TRUSTED_PROXIES", "-1"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://www.example.com/"),
        ("CORS_ORIGINS", "https://*.example.com"),
        ("CORS_ORIGINS", "https://www.example.com?"),
        ("WEB_THREADS", "3"),
        ("WHATSAPP_PHONE_NUMBER_ID", "+12395550100"),
        ("WHATSAPP_API_VERSION", "latest"),
        ("WHATSAPP_TEMPLATE_NAME", "No Such"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "http://localhost"),
    ],
)
def test_a_value_out_of_bounds_is_named(load, name, value):
    assert f"  {name}: " in fault_of(load, **{name: value})
