"""Every refusal that the service itself decides on, at the action endpoint and over REST."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import CONSOLE_KEY
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, in_background, wait_until, wrong

LONDON = "+447400123456"


def fail(caller, passcode, times):
    return [caller.validate(wrong(passcode)) for _ in range(times)]


def lock(caller, received):
    """Ten failures over two passcodes; returns the tenth answer."""
    caller.send()
    fail(caller, received(), 5)
    caller.send()
    return fail(caller, received(), 5)[-1]


@pytest.mark.parametrize("verb", ["send", "resend", "validate"])
def test_a_member_that_is_missing_is_named(caller, verb):
    answer = caller.call(verb)
    assert caller.refused(answer, "invalid_request", 400) == {}
    assert "phoneNumber" in answer.get_json()["message"]


@pytest.mark.parametrize(
    "phone", ["12", "not a phone", "+1 239", "555-0100", "+999123456789", "1" * 60]
)
@pytest.mark.parametrize("verb", ["send", "resend", "validate"])
def test_a_number_that_cannot_be_read(caller, verb, phone):
    answer = caller.call(verb, phoneNumber=phone, otpCode="123456")
    assert caller.refused(answer, "invalid_phone", 400) == {}


@pytest.mark.parametrize("verb", ["send", "resend"])
@pytest.mark.parametrize(
    ("key", "code", "status"), [("x", "unauthorized", 401), (CONSOLE_KEY[::-1], "forbidden", 403)]
)
def test_a_key_that_may_not(app, rest, verb, key, code, status):
    caller = Caller(app, rest=rest, key=key)
    answer = caller.call(verb, phoneNumber=PHONE)
    assert caller.refused(answer, code, status, reached=False) == {}


@pytest.mark.parametrize("verb", ["send", "resend"])
def test_a_country_outside_the_allowed_ones_gets_no_message(build, rest, simulator, verb):
    caller = Caller(build(OTP_ALLOWED_COUNTRIES="US,CA"), rest=rest)
    before = simulator.requests_received
    answer = caller.call(verb, phoneNumber=LONDON)
    assert caller.refused(answer, "country_not_allowed", 403) == {}
    assert simulator.requests_received == before
    assert caller.send().get_json()["success"]


@pytest.mark.parametrize(
    ("scope", "limits", "second"),
    [
        ("phone", {}, {}),
        ("ip", {"OTP_IP_LIMIT": "3 per hour"}, {"phone": OTHER_PHONE}),
        ("client", {"OTP_CLIENT_LIMIT": "3 per 15 minutes"}, {"phone": OTHER_PHONE}),
        ("global", {"OTP_DAILY_LIMIT": "3 per day"}, {"phone": OTHER_PHONE}),
    ],
)
def test_a_limit_names_its_scope_and_when_it_opens(build, rest, simulator, scope, limits, second):
    caller = Caller(build(**limits), rest=rest)
    for verb in (caller.send, caller.resend, caller.send):
        assert verb(endUserIp="203.0.113.7").get_json()["success"]
    before = simulator.requests_received
    details = caller.refused(caller.resend(**second, endUserIp="203.0.113.7"), "rate_limited", 429)
    longest_s = {"phone": 900, "ip": 3600, "client": 900, "global": 86400}[scope]
    assert set(details) == {"scope", "retryAfter"}
    assert details["scope"] == scope
    assert 0.5 * longest_s / 3 < details["retryAfter"] <= longest_s
    assert simulator.requests_received == before


def test_a_refused_send_takes_no_place_in_any_limit(build, rest):
    caller = Caller(build(OTP_SEND_LIMIT="1 per hour", OTP_DAILY_LIMIT="2 per day"), rest=rest)
    assert caller.send().get_json()["success"]
    for _ in range(3):
        assert caller.refused(caller.send(), "rate_limited", 429)["scope"] == "phone"
    assert caller.send(OTHER_PHONE).get_json()["success"]
    last = caller.refused(caller.send("+12395550112"), "rate_limited", 429)
    assert last["scope"] == "global"


def test_waiting_as_long_as_told_is_always_enough(build, rest):
    caller = Caller(build(OTP_SEND_LIMIT="1 per 2 seconds"), rest=rest)
    caller.send()
    time.sleep(caller.refused(caller.send(), "rate_limited", 429)["retryAfter"])
    assert caller.send().get_json()["success"]


def test_a_second_send_while_the_first_is_at_meta(caller, simulator, slow_meta, received):
    slow_meta(0.6)
    before = simulator.requests_received
    with in_background(caller.send) as results:
        wait_until(lambda: simulator.requests_received == before + 1)
        assert caller.refused(caller.resend(), "send_in_progress", 409) == {}
    assert results[0].get_json()["success"]
    assert simulator.requests_received == before + 1
    caller.requires_valid(caller.validate(received()))


def test_tries_are_counted_down_and_then_spent(caller, received):
    caller.send()
    code = received()
    for left, answer in zip((4, 3, 2, 1, 0), fail(caller, code, 5), strict=True):
        assert caller.refused(answer, "invalid_code", 200) == {"attemptsRemaining": left}
    for guess in (code, wrong(code)):
        details = caller.refused(caller.validate(guess), "too_many_attempts", 200)
        assert details == {"attemptsRemaining": 0}


def test_parallel_guesses_never_get_more_than_the_tries(caller, received):
    caller.send()
    code = received()
    with ThreadPoolExecutor(12) as pool:
        answers = [
            a.get_json()["code"]
            for a in pool.map(lambda _: caller.validate(wrong(code)), range(12))
        ]
    assert sorted(answers) == ["invalid_code"] * 5 + ["too_many_attempts"] * 7


def test_of_parallel_right_answers_one_wins(caller, received):
    caller.send()
    code = received()
    with ThreadPoolExecutor(5) as pool:
        answers = [a.get_json() for a in pool.map(lambda _: caller.validate(code), range(5))]
    assert [a["valid"] for a in answers].count(True) == 1
    assert {a["code"] for a in answers if not a["valid"]} == {"expired_code"}


def test_ten_failures_lock_sends_and_tries_alike(caller, received, simulator):
    last = caller.refused(lock(caller, received), "invalid_code", 200)
    assert last.pop("attemptsRemaining") == 0
    assert 890 <= last.pop("retryAfter") <= 900
    assert last == {}
    before = simulator.requests_received
    for answer in (caller.send(), caller.resend(), caller.validate(received())):
        details = caller.refused(answer, "locked", 429)
        assert set(details) == {"retryAfter"}
        assert 890 <= details["retryAfter"] <= 900
    assert simulator.requests_received == before


def test_a_stopped_number_is_told_to_call_and_not_to_wait(caller, received, store):
    caller.send()
    fail(caller, received(), 1)
    (failures,) = store.keys("*:failures:*")
    store.set(failures, 100)
    for answer in (caller.send(), caller.resend(), caller.validate(received())):
        assert "Call the office" in answer.get_json()["message"]
        assert caller.refused(answer, "locked", 429) == {}


def test_a_code_that_was_never_sent(caller):
    assert caller.refused(caller.validate("123456"), "expired_code", 200) == {}


def test_a_code_works_once(caller, received):
    caller.send()
    caller.requires_valid(caller.validate(received()))
    assert caller.refused(caller.validate(received()), "expired_code", 200) == {}


def test_a_code_ends_with_its_time(build, rest, received, store):
    caller = Caller(build(OTP_TTL="2"), rest=rest)
    assert caller.send().get_json()["expiresIn"] in {1, 2}
    wait_until(lambda: not store.keys("*:challenge:*"))
    assert caller.refused(caller.validate(received()), "expired_code", 200) == {}


def test_another_request_id_spends_no_try(caller, received):
    request_id = caller.send().get_json()["requestId"]
    for _ in range(7):
        answer = caller.validate(received(), requestId="A" * 22)
        assert caller.refused(answer, "expired_code", 200) == {}
    details = caller.refused(caller.validate(wrong(received())), "invalid_code", 200)
    assert details == {"attemptsRemaining": 4}
    caller.requires_valid(caller.validate(received(), requestId=request_id))


@pytest.mark.parametrize("missing", [{}, {"requestId": None}, {"requestId": " "}])
def test_a_request_id_can_be_made_mandatory(build, rest, received, missing):
    caller = Caller(build(OTP_REQUIRE_REQUEST_ID="true"), rest=rest)
    request_id = caller.send().get_json()["requestId"]
    answer = caller.validate(received(), **missing)
    assert caller.refused(answer, "invalid_request", 400) == {}
    assert "requestId" in json.dumps(answer.get_json())
    caller.requires_valid(caller.validate(received(), requestId=request_id))


def test_a_passcode_moved_to_another_number_in_redis_is_wrong_there(caller, store, received):
    """Whoever can write to Redis must not become anybody else by copying a hash of their own."""
    caller.send(PHONE)
    (mine,) = store.scan_iter("*:challenge:*")
    copied = store.hgetall(mine)
    caller.send(OTHER_PHONE)
    (theirs,) = set(store.scan_iter("*:challenge:*")) - {mine}
    store.delete(theirs)
    store.hset(theirs, mapping=copied)
    answer = caller.validate(received(), OTHER_PHONE)
    assert answer.get_json()["code"] == "invalid_code"
    assert caller.validate(received()).get_json()["valid"] is True
