"""Validating: what a login costs, what it gives, and what each refusal spends."""

import pytest

from otp_service.domain.errors import (
    ExpiredCodeError,
    InvalidCodeError,
    InvalidPhoneError,
    InvalidRequestError,
    LockedError,
    StoreUnavailableError,
    TooManyAttemptsError,
)
from otp_service.domain.roles import Role
from tests.unit.domain.conftest import ORIGIN, PHONE
from tests.unit.domain.fakes import wrong


def test_the_right_passcode_gives_a_session_of_the_callers_client(desk):
    login = desk.logins.validate("+1 239 555 0100", desk.sent_passcode(), None, ORIGIN)
    assert login.session.phone_id == desk.administration.subject_of(PHONE).phone_id
    assert (login.session.role, login.session.client_id) == (Role.INDEMNITOR, "gas")
    assert login.expires_in_s == 604_800
    assert desk.sessions.introspect(login.token) == login.session


def test_a_spaced_passcode_is_forgiven(desk):
    passcode = desk.sent_passcode()
    assert desk.logins.validate(PHONE, f" {passcode[:3]}-{passcode[3:]} ", None, ORIGIN)


def test_the_role_is_the_registrys_and_decides_the_lifetime(desk):
    desk.administration.set_role(PHONE, Role.STAFF, ORIGIN)
    login = desk.logins.validate(PHONE, desk.sent_passcode(), None, ORIGIN)
    assert (login.session.role, login.expires_in_s) == (Role.STAFF, 43_200)


def test_a_passcode_is_accepted_once(desk):
    passcode = desk.sent_passcode()
    desk.logins.validate(PHONE, passcode, None, ORIGIN)
    desk.journal.forget()
    with pytest.raises(ExpiredCodeError):
        desk.logins.validate(PHONE, passcode, None, ORIGIN)
    assert desk.journal.steps == []


def test_a_wrong_passcode_says_how_many_tries_are_left(desk):
    passcode = desk.sent_passcode()
    for remaining in (4, 3, 2, 1, 0):
        with pytest.raises(InvalidCodeError) as refusal:
            desk.logins.validate(PHONE, wrong(passcode), None, ORIGIN)
        assert refusal.value.attempts_remaining == remaining
    desk.journal.forget()
    with pytest.raises(TooManyAttemptsError):
        desk.logins.validate(PHONE, passcode, None, ORIGIN)
    assert desk.journal.steps == []


def test_a_locked_number_costs_no_hash(desk):
    passcode = desk.sent_passcode()
    desk.redis.set(desk.keys.lock, "1", px=1_500)
    with pytest.raises(LockedError) as refusal:
        desk.logins.validate(PHONE, passcode, None, ORIGIN)
    assert refusal.value.retry_after_s == 2
    assert desk.journal.steps == []


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef"])
def test_what_cannot_be_a_passcode_spends_no_try_and_leaves_no_record(desk, typed):
    desk.sent_passcode()
    before = desk.events
    with pytest.raises(InvalidRequestError):
        desk.logins.validate(PHONE, typed, None, ORIGIN)
    assert desk.redis.hget(desk.keys.challenge, "tries") == "0"
    assert desk.events == before


def test_what_is_no_phone_number_costs_nothing(desk):
    with pytest.raises(InvalidPhoneError):
        desk.logins.validate("not a number", "123456", None, ORIGIN)
    assert desk.redis.keys() == []


def test_another_request_id_spends_no_try_and_no_hash(desk):
    passcode = desk.sent_passcode()
    with pytest.raises(ExpiredCodeError):
        desk.logins.validate(PHONE, passcode, "another-request", ORIGIN)
    assert desk.journal.steps == []
    assert desk.redis.hget(desk.keys.challenge, "tries") == "0"
    assert desk.redis.get(desk.keys.failures) is None


def test_the_passcode_of_another_number_is_wrong(desk):
    desk.sent_passcode()
    passcode = desk.sender.last_passcode
    desk.logins.send("+12395550199", ORIGIN)
    other = desk.sender.last_passcode
    if other == passcode:
        pytest.skip("one in a million: the same digits twice")
    with pytest.raises(InvalidCodeError):
        desk.logins.validate(PHONE, other, None, ORIGIN)


def test_a_store_that_goes_while_comparing_means_no_session(desk):
    passcode = desk.sent_passcode()

    def store_goes():
        desk.server.connected = False

    desk.journal.on["compare"] = store_goes
    with pytest.raises(StoreUnavailableError):
        desk.logins.validate(PHONE, passcode, None, ORIGIN)
    desk.server.connected = True
    assert desk.redis.exists(desk.keys.sessions) == 0
    assert desk.redis.hget(desk.keys.challenge, "tries") == "1"


def test_a_resend_that_is_confirmed_while_comparing_wins_over_the_earlier_passcode(desk):
    earlier = desk.sent_passcode()

    def resend():
        desk.journal.on.clear()
        desk.logins.resend(PHONE, ORIGIN)

    desk.journal.on["compare"] = resend
    with pytest.raises(ExpiredCodeError):
        desk.logins.validate(PHONE, earlier, None, ORIGIN)
    assert desk.logins.validate(PHONE, desk.sender.last_passcode, None, ORIGIN)
