"""Guessing API keys: slowed for the address that guesses, and for nobody beside it."""

import json

import pytest

from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.domain.operator_event import OperatorEventKind, Severity
from tests.conftest import GAS_KEY
from tests.http_api.conftest import PHONE, Caller, captured_logs

ATTACKER, HOUSEHOLD = "203.0.113.66", "2001:db8:1:2"


class Address:
    """A machine that calls from one address."""

    def __init__(self, app, ip, **headers):
        self.app, self.ip, self.headers = app, ip, headers

    def call(self, key):
        return self.app.test_client().post(
            "/v1/otp/send",
            json={"phoneNumber": PHONE},
            headers={"X-API-Key": key, **self.headers},
            environ_base={"REMOTE_ADDR": self.ip},
        )

    def guess(self, times=1):
        return [self.call(f"guess-{number}").status_code for number in range(times)]


@pytest.fixture
def limited(build):
    return build(OTP_BAD_KEY_LIMIT="3 per minute")


def test_after_so_many_wrong_keys_an_address_is_told_to_wait(limited, rest):
    caller = Caller(limited, rest=rest, key="wrong")
    for _ in range(3):
        caller.refused(caller.send(), "unauthorized", 401, reached=False)
    answer = caller.send()
    details = caller.refused(answer, "rate_limited", 429, reached=False)
    assert details["scope"] == "ip"
    assert 0 < details["retryAfter"] <= 60
    assert answer.headers["Retry-After"] == str(details["retryAfter"])


def test_a_good_key_from_the_same_address_keeps_working(limited):
    address = Address(limited, ATTACKER)
    assert address.guess(5) == [401] * 3 + [429] * 2
    assert address.call(GAS_KEY).status_code == 200
    assert address.guess() == [429]


def test_another_address_has_guesses_of_its_own(limited):
    Address(limited, ATTACKER).guess(5)
    assert Address(limited, "203.0.113.67").guess(4) == [401] * 3 + [429]


def test_a_household_of_ipv6_guesses_as_one(limited):
    assert [Address(limited, f"{HOUSEHOLD}::{n}").guess() for n in range(4)] == [
        [401],
        [401],
        [401],
        [429],
    ]


def test_the_address_is_the_one_that_a_trusted_proxy_names(build):
    app = build(OTP_BAD_KEY_LIMIT="3 per minute", TRUSTED_PROXIES="1")
    proxied = [
        Address(app, "10.0.0.1", **{"X-Forwarded-For": ip}) for ip in (ATTACKER, "192.0.2.1")
    ]
    assert proxied[0].guess(4)[-1] == 429
    assert proxied[1].guess(3)[-1] == 401


def test_an_address_that_names_another_is_not_believed(limited):
    for number in range(3):
        Address(limited, ATTACKER, **{"X-Forwarded-For": f"192.0.2.{number}"}).guess()
    assert Address(limited, ATTACKER, **{"X-Forwarded-For": "192.0.2.9"}).guess() == [429]


def test_a_call_without_any_key_is_no_guess(limited):
    address = Address(limited, ATTACKER)
    assert {address.call("").status_code for _ in range(5)} == {401}
    assert address.guess() == [401]


def test_a_caller_at_a_unix_socket_has_no_address_to_slow(limited):
    assert Address(limited, "").guess(5) == [401] * 5


def test_of_several_windows_the_longest_full_one_is_waited_for(build):
    app = build(OTP_BAD_KEY_LIMIT="2 per minute; 3 per hour")
    address = Address(app, ATTACKER)
    address.guess(3)
    assert 3500 < address.call("once more").get_json()["retryAfter"] <= 3600


def test_without_redis_a_wrong_key_is_wrong_and_no_more(build, tmp_path):
    app = build(REDIS_URL=f"unix://{tmp_path}/away.sock")
    assert Address(app, ATTACKER).guess(3) == [401] * 3


def test_the_operator_is_told_once_an_hour_and_the_log_which_network(limited, store):
    with captured_logs() as log:
        Address(limited, ATTACKER).guess(6)
        Address(limited, f"{HOUSEHOLD}::1").guess(6)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    told = [line["network"] for line in lines if line["event"] == "api_key_guessing"]
    assert told == [ATTACKER, f"{HOUSEHOLD}::/64"]
    (event,) = RedisOperatorJournal(store).recent(10)
    assert (event.kind, event.severity) == (OperatorEventKind.KEY_GUESSING, Severity.WARNING)
    assert event.detail == {}
    # No key that was tried is on record anywhere.
    assert "guess-" not in log.getvalue()
    assert not store.keys("*guess-*")
