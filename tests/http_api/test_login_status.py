"""`POST /v1/otp/status`: how the message of a login stands."""

import math

import pytest

from otp_service.adapters.redis_keys import NumberKeys
from otp_service.bootstrap import build_services
from otp_service.simulator.magic_numbers import NETWORK, Answer
from tests.environment import environment, settings_of
from tests.http_api.conftest import OTHER_PHONE, PHONE
from tests.http_api.meta import Meta, Screen

UNCONFIRMED = next(n for n, b in NETWORK.items() if b.answer is Answer.DROPPED_ACCEPTED)
NOTHING = {"status": "none", "expiresIn": 0, "resendsRemaining": 3, "resendAllowedIn": 0}


@pytest.fixture
def meta(app):
    return Meta(app)


@pytest.fixture
def screen(app):
    return Screen(app)


@pytest.fixture
def newest(simulator):
    return lambda phone=PHONE: simulator.inbox(phone)[-1]


@pytest.fixture
def keys(redis_url, simulator):
    """Of PHONE, in the service's Redis."""
    services = build_services(settings_of(environment(redis_url, simulator.base_url)))
    return NumberKeys(services.administration.subject_of(PHONE).phone_id)


def test_a_login_that_nobody_knows_stands_nowhere(screen):
    assert screen.status() == NOTHING


def test_a_sent_code_is_accepted_and_says_what_is_left(screen):
    told = screen.send().status()
    assert 590 <= told.pop("expiresIn") <= 600
    assert told == {"status": "accepted", "resendsRemaining": 2, "resendAllowedIn": 0}


@pytest.mark.parametrize("word", ["sent", "delivered", "read"])
def test_a_report_of_meta_is_told(screen, meta, newest, word):
    screen.send()
    meta.report(newest(), word)
    assert screen.status()["status"] == word
    assert "reason" not in screen.status()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (131026, "recipient_unreachable"),
        (131042, "delivery_failed"),
        (131016, "delivery_unavailable"),
        (999999, "delivery_failed"),
        (None, "delivery_failed"),
    ],
)
def test_a_failed_message_says_why_in_the_contracts_words(screen, meta, newest, code, reason):
    screen.send()
    meta.report(newest(), "failed", code=code)
    told = screen.status()
    assert (told["status"], told["reason"]) == ("failed", reason)


def test_a_message_that_nobody_confirmed_is_sending_until_meta_reports(app, meta, newest):
    screen = Screen(app, UNCONFIRMED)
    screen.request_id = screen.caller.send(UNCONFIRMED).get_json()["requestId"]
    assert screen.status()["status"] == "sending"
    meta.report(newest(UNCONFIRMED), "delivered")
    assert screen.status()["status"] == "delivered"


def test_another_numbers_login_is_none(app, screen):
    screen.send()
    other = Screen(app, OTHER_PHONE)
    other.request_id = screen.request_id
    assert other.status() == NOTHING


def test_a_request_id_of_the_stores_own_words_is_none(screen):
    assert screen.send().status(requestId="handed_over")["status"] == "none"


def test_a_number_is_one_person_however_it_is_spelled(screen):
    screen.send()
    for spelling in ("(239) 555-0100", "2395550100", "+1 239 555 0100"):
        assert screen.status(phoneNumber=spelling)["status"] == "accepted"


def test_the_last_resend_says_when_there_is_another(screen):
    for _ in range(3):
        screen.send()
    told = screen.status()
    assert told["resendsRemaining"] == 0
    assert 890 <= told["resendAllowedIn"] <= 900
    assert screen.caller.send().get_json()["retryAfter"] - told["resendAllowedIn"] in range(-9, 2)


def test_a_code_that_is_used_or_over_has_no_time_left(screen, received, store, keys):
    screen.send()
    store.pexpire(keys.challenge, 41_500)
    longest = store.pttl(keys.challenge)
    told = screen.status()["expiresIn"]
    assert math.ceil(store.pttl(keys.challenge) / 1000) <= told <= math.ceil(longest / 1000)
    screen.caller.requires_valid(screen.caller.validate(received()))
    assert screen.status()["expiresIn"] == 0
    screen.send()
    store.delete(keys.challenge)
    assert screen.status()["expiresIn"] == 0


def test_a_locked_number_is_told_when_it_opens_and_a_stopped_one_is_not(screen, store, keys):
    screen.send()
    store.set(keys.lock, "1", px=61_500)
    told = screen.status()
    assert (told["resendsRemaining"], told["resendAllowedIn"]) == (0, 62)
    store.set(keys.failures, 100)
    told = screen.status()
    assert (told["resendsRemaining"], told["resendAllowedIn"]) == (0, None)


def test_of_a_lock_and_a_full_limit_the_longer_wait_is_told(screen, store, keys):
    for _ in range(3):
        screen.send()
    store.set(keys.lock, "1", px=61_500)
    assert screen.status()["resendAllowedIn"] > 880


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"wait": 5}, "after"),
        ({"wait": 20.5, "after": "sent"}, "wait"),
        ({"wait": -1, "after": "sent"}, "wait"),
        ({"wait": "5", "after": "sent"}, "wait"),
        ({"wait": True, "after": "sent"}, "wait"),
        ({"wait": False, "after": "sent"}, "wait"),
        ({"wait": float("nan"), "after": "sent"}, "wait"),
        ({"wait": [], "after": "sent"}, "wait"),
        ({"wait": 5, "after": "lost"}, "after"),
        ({"wait": 5, "after": 7}, "after"),
        ({"after": "SENT"}, "after"),
        ({"requestId": None}, "requestId"),
        ({"requestId": "not one of ours"}, "requestId"),
        ({"phoneNumber": ""}, "phoneNumber"),
    ],
)
def test_a_wrong_member_is_named(screen, members, named):
    answer = screen.ask(**members)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")
    assert named in answer.get_json()["message"]


def test_a_number_that_is_none_is_refused(screen):
    answer = screen.ask(phoneNumber="123")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_phone")


def test_questions_have_a_limit_of_their_own(build):
    screen = Screen(build(OTP_STATUS_LIMIT="2 per minute"))
    screen.status()
    screen.status(wait=0, after="accepted")
    refused = screen.caller.refused(screen.ask(), "rate_limited", 429)
    assert refused.pop("scope") == "status"
    assert 55 <= refused.pop("retryAfter") <= 60
    screen.send()
