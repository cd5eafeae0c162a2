"""The settings that protect keys, money and Meta's patience: what is refused, and how."""

import json

import pytest

from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.roles import PRIVILEGED_ROLES, Role
from tests.unit.settings.conftest import fault_of

PHONE, CODE = "+12395550199", "493817"
NEW_YEAR = 1_798_761_600  # 2027-01-01T00:00:00Z


def numbers(e164=PHONE, **changes):
    return json.dumps({e164: {"code": CODE, "until": "2026-12-31", **changes}})


@pytest.fixture
def number():
    return PhoneNumberReader("US").read(PHONE)


def test_by_default_there_are_no_test_numbers_and_meta_takes_80_a_second(load, number):
    settings = load()
    assert settings.review_numbers.passcode_of(number, 0) is None
    assert settings.review_numbers.roles_of(number) == frozenset(Role)
    assert settings.whatsapp_throughput == 80
    assert settings.otp_bad_key_limit == "20 per minute"


def test_a_test_number_has_its_code_until_its_last_day_is_over(load, number):
    review = load(OTP_TEST_NUMBERS=numbers()).review_numbers
    assert review.passcode_of(number, NEW_YEAR - 1) == CODE
    assert review.passcode_of(number, NEW_YEAR) is None


def test_a_test_number_never_gets_a_role_of_the_office(load, number):
    review = load(OTP_TEST_NUMBERS=numbers()).review_numbers
    assert review.roles_of(number) == frozenset(Role) - PRIVILEGED_ROLES
    other = PhoneNumberReader("US").read("+12395550198")
    assert review.roles_of(other) == frozenset(Role)


def test_test_numbers_may_be_in_a_file(load, number, machine):
    (machine / "numbers.json").write_text(numbers())
    review = load(OTP_TEST_NUMBERS="@numbers.json").review_numbers
    assert review.passcode_of(number, 0) == CODE


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "x",
        '{"+12395550199": "493817"}',
        numbers("2395550199"),
        numbers("+1 239 555 0199"),
        numbers("+1239555019"),
        numbers(code="49381"),
        numbers(code="49381x"),
        numbers(code="\u0664\u0669\u0663\u0668\u0661\u0667"),
        numbers(code=493817),
        numbers(until="tomorrow"),
        numbers(until=None),
    ],
)
def test_test_numbers_that_cannot_be_read_stop_the_start_without_telling_the_code(load, text):
    fault = fault_of(load, OTP_TEST_NUMBERS=text)
    assert "OTP_TEST_NUMBERS: must be JSON like" in fault
    assert CODE not in fault


def test_more_than_a_few_test_numbers_stop_the_start(load):
    row = {"code": CODE, "until": "2026-12-31"}
    many = json.dumps({f"+1239555019{n}": row for n in range(4)})
    assert "OTP_TEST_NUMBERS: at most 3 numbers" in fault_of(load, OTP_TEST_NUMBERS=many)


def test_the_settings_do_not_show_the_code(load):
    settings = load(OTP_TEST_NUMBERS=numbers())
    assert CODE not in repr(settings)
    assert CODE not in repr(list(settings.review_numbers.numbers.values()))


def test_a_limit_in_another_notation_stops_the_start(load):
    fault = fault_of(load, OTP_BAD_KEY_LIMIT="many")
    assert 'OTP_BAD_KEY_LIMIT: must read like "20 per minute"' in fault


def test_alerts_go_nowhere_by_default(load):
    settings = load()
    assert (settings.operator_webhook_url, settings.operator_webhook_secret) == ("", "")


def test_alerts_need_an_address_that_nobody_can_listen_at_and_a_strong_secret(load):
    url, secret = "https://hooks.example.com/services/T0/key", "9f86d081884c7d659a2feaa0c55ad015"
    settings = load(OPERATOR_WEBHOOK_URL=url, OPERATOR_WEBHOOK_SECRET=secret)
    assert settings.operator_webhook_url == url
    # In Slack's address the path is the key.
    assert "T0" not in repr(settings)
    assert secret not in repr(settings)
    for wrong in ("http://hooks.example.com/x", "ftp://h/x", "https://u:p@h/x", "hooks"):
        fault = fault_of(load, OPERATOR_WEBHOOK_URL=wrong, OPERATOR_WEBHOOK_SECRET=secret)
        assert "OPERATOR_WEBHOOK_URL: must be https://" in fault
    assert load(OPERATOR_WEBHOOK_URL="http://127.0.0.1:8/x", OPERATOR_WEBHOOK_SECRET=secret)
    fault = fault_of(load, OPERATOR_WEBHOOK_URL=url, OPERATOR_WEBHOOK_SECRET=None)
    assert "OPERATOR_WEBHOOK_SECRET: too weak" in fault


def test_by_default_the_sixth_code_without_a_login_is_the_first_to_be_waited_for(load):
    assert load().send_waits.seconds == (0, 0, 0, 0, 0, 60, 300, 900, 3600)


@pytest.mark.parametrize("good", ["0", "86400", "0, 0,60", ",".join(["7"] * 20)])
def test_waits_may_stay_the_same_or_grow_up_to_a_day(load, good):
    assert str(load(OTP_SEND_WAITS=good).send_waits) == good.replace(" ", "")


@pytest.mark.parametrize(
    "wrong", [",", "x", "-1", "1.5", "60,0", "86401", "0,,x", ",".join(["0"] * 21), "\u0661"]
)
def test_waits_that_cannot_be_meant_stop_the_start(load, wrong):
    assert "OTP_SEND_WAITS: must be 1 to 20 whole seconds" in fault_of(load, OTP_SEND_WAITS=wrong)
