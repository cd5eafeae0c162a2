"""docs/samples/session_check.py against the running service."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from docs.samples.session_check import SessionCheck, SessionServiceUnavailableError
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.e2e.conftest import await_condition, free_port
from tests.guides.conftest import Phone
from tests.guides.gateway import Gateway

SESSION_S = 60
LIVE_FOR_S = 30.0
DEAD_FOR_S = 5.0
DEAD_TOKEN = "no.such.token"
CALLERS = 24


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def service_settings() -> dict[str, str]:
    return {"SESSION_TTL": str(SESSION_S)}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def check(gateway: Gateway, clock: Clock) -> SessionCheck:
    return SessionCheck(gateway.url, GAS_KEY, clock=clock)


def test_a_live_session_is_asked_about_once(check: SessionCheck, gateway: Gateway, phone: Phone):
    token = phone.log_in()
    first, second = check.session(token), check.session(token)
    assert first is not None
    assert first == second
    assert first.role == "indemnitor"
    assert len(first.user_id) == 24
    assert first.expires_at <= time.time() + SESSION_S + 1
    assert gateway.asked == 1


def test_a_revoked_session_ends_when_the_answer_is_no_longer_remembered(
    check: SessionCheck, clock: Clock, phone: Phone
):
    token = phone.log_in()
    assert check.session(token)
    phone.revoke(token)
    clock.now += LIVE_FOR_S - 1
    assert check.session(token)
    clock.now += 1
    assert check.session(token) is None


def test_a_log_out_of_our_own_is_seen_at_once(check: SessionCheck, phone: Phone):
    token = phone.log_in()
    assert check.session(token)
    phone.revoke(token)
    check.forget(token)
    assert check.session(token) is None


def test_an_answer_from_before_the_log_out_is_not_remembered(
    check: SessionCheck, gateway: Gateway, phone: Phone
):
    token = phone.log_in()
    gateway.hold()
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(check.session, token)
        await_condition(lambda: gateway.asked == 1, "the service's answer")
        phone.revoke(token)
        check.forget(token)
        gateway.let_go()
        under_way.result(20)
    assert check.session(token) is None


def test_a_dead_token_is_remembered_briefly(check: SessionCheck, gateway: Gateway, clock: Clock):
    assert check.session(DEAD_TOKEN) is None
    clock.now += DEAD_FOR_S - 1
    assert check.session(DEAD_TOKEN) is None
    assert gateway.asked == 1
    clock.now += 1
    assert check.session(DEAD_TOKEN) is None
    assert gateway.asked == 2


def test_no_answer_is_remembered_beyond_the_sessions_end(
    gateway: Gateway, clock: Clock, phone: Phone
):
    patient = SessionCheck(gateway.url, GAS_KEY, live_for_s=10 * SESSION_S, clock=clock)
    token = phone.log_in()
    assert patient.session(token)
    clock.now += SESSION_S / 2
    assert patient.session(token)
    assert gateway.asked == 1
    clock.now += SESSION_S / 2
    assert patient.session(token)
    assert gateway.asked == 2


def test_callers_at_the_same_moment_share_one_question(
    check: SessionCheck, gateway: Gateway, phone: Phone
):
    token, other_token = phone.log_in(), phone.log_in()
    begin = threading.Barrier(CALLERS)

    def ask(number: int) -> object:
        begin.wait(10)
        return check.session(token if number % 2 else other_token)

    gateway.hold()
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = [pool.submit(ask, number) for number in range(CALLERS)]
        await_condition(lambda: gateway.asked == 2, "both questions")
        gateway.let_go()
        sessions = [answer.result(20) for answer in answers]
    assert None not in sessions
    assert len(set(sessions)) == 2
    assert gateway.asked == 2


def test_everybody_who_waits_learns_that_the_service_is_away(
    check: SessionCheck, gateway: Gateway
):
    gateway.odd_answer = (503, '{"code": "store_unavailable"}')
    begin = threading.Barrier(CALLERS)

    def refused(_number: int) -> bool:
        begin.wait(10)
        with pytest.raises(SessionServiceUnavailableError):
            check.session(DEAD_TOKEN)
        return True

    with ThreadPoolExecutor(CALLERS) as pool:
        assert all(pool.map(refused, range(CALLERS)))
    gateway.odd_answer = None
    assert check.session(DEAD_TOKEN) is None


def test_a_service_that_is_away_lets_in_whom_it_knew_until_the_answer_is_forgotten(
    check: SessionCheck, gateway: Gateway, clock: Clock, phone: Phone
):
    token = phone.log_in()
    assert check.session(token)
    gateway.odd_answer = (503, "")
    assert check.session(token)
    clock.now += LIVE_FOR_S
    with pytest.raises(SessionServiceUnavailableError, match="status 503"):
        check.session(token)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "<h1>hello</h1>"),
        (200, "[]"),
        (200, "{}"),
        (200, '{"active": true}'),
        (200, '{"active": true, "sub": "a", "role": "admin", "jti": "b", "exp": null}'),
        (200, '{"active": "yes"}'),
        (302, "http://127.0.0.1:9/"),
        (500, '{"active": true}'),
    ],
)
def test_an_odd_answer_lets_nobody_in(
    check: SessionCheck, gateway: Gateway, status: int, text: str
):
    gateway.odd_answer = (status, text)
    with pytest.raises(SessionServiceUnavailableError):
        check.session(DEAD_TOKEN)


def test_a_service_that_cannot_be_reached_lets_nobody_in():
    nobody = SessionCheck(f"http://127.0.0.1:{free_port()}", GAS_KEY)
    with pytest.raises(SessionServiceUnavailableError):
        nobody.session(DEAD_TOKEN)


def test_a_service_that_does_not_answer_in_time_lets_nobody_in(gateway: Gateway):
    gateway.hold()
    hasty = SessionCheck(gateway.url, GAS_KEY, timeout_s=0.2)
    with pytest.raises(SessionServiceUnavailableError):
        hasty.session(DEAD_TOKEN)


# The second may read the audit, and nothing else.
@pytest.mark.parametrize("key", ["a-key-that-nobody-made-for-this", CONSOLE_KEY[::-1]])
def test_a_key_that_may_not_ask_lets_nobody_in(gateway: Gateway, phone: Phone, key: str):
    stranger = SessionCheck(gateway.url, key)
    with pytest.raises(SessionServiceUnavailableError, match=r"status 40[13]"):
        stranger.session(phone.log_in())


@pytest.mark.parametrize("token", ["", "x" * 100_000, "schlüssel"])
def test_what_can_be_no_token_is_not_asked_about(
    check: SessionCheck, gateway: Gateway, token: str
):
    assert check.session(token) is None
    assert gateway.asked == 0


def test_the_oldest_answers_make_room(gateway: Gateway, clock: Clock):
    small = SessionCheck(gateway.url, GAS_KEY, max_remembered=2, clock=clock)
    for token in ("a", "b", "c", "c", "b"):
        small.session(token)
    assert gateway.asked == 3
    small.session("a")
    assert gateway.asked == 4


def test_no_token_is_kept_or_told(check: SessionCheck, gateway: Gateway, phone: Phone):
    token = phone.log_in()
    check.session(token)
    assert token not in repr(vars(check))
    told = {"active": True, "sub": "a", "role": "admin", "jti": "b", "exp": token}
    gateway.odd_answer = (200, json.dumps(told))
    with pytest.raises(SessionServiceUnavailableError) as refused:
        check.session(DEAD_TOKEN)
    assert token[:40] not in str(refused.value)
