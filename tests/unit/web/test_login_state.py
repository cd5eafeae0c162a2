"""The state that visitors carry for us."""

from otp_service.web.login_state import (
    STATE_TTL_S,
    LoginState,
    Refusal,
    StateSeal,
    new_visit_id,
)

OLD, NEW = b"old key of 32 bytes, or of more..", b"new key of 32 bytes, or of more.."
STATE = LoginState(
    "visit", language="es", phone="+12395550100", refusal=Refusal("invalid_code", tries_left=0)
)


def test_a_state_comes_back_as_it_was():
    seal = StateSeal([NEW])
    assert seal.open(seal.seal(STATE)) == STATE


def test_a_state_is_read_with_every_key_and_written_with_the_newest():
    both = StateSeal([NEW, OLD])
    assert both.open(StateSeal([OLD]).seal(STATE)) == STATE
    assert StateSeal([NEW]).open(both.seal(STATE)) == STATE
    assert StateSeal([OLD]).open(both.seal(STATE)) is None


def test_a_changed_state_is_none_of_ours():
    seal = StateSeal([NEW])
    sealed = seal.seal(STATE)
    for place in range(0, len(sealed) - 1, 7):
        other = "A" if sealed[place] != "A" else "B"
        assert seal.open(sealed[:place] + other + sealed[place + 1 :]) is None
    assert seal.open("") is None
    assert seal.open("\u00e9") is None
    assert seal.open("a" * 5000) is None


def test_a_state_that_is_too_old_is_not_read():
    sealed = StateSeal([NEW]).seal(STATE)
    assert StateSeal([NEW], ttl_s=-1).open(sealed) is None
    assert STATE_TTL_S == 15 * 60


def test_a_csrf_token_belongs_to_one_visit():
    seal = StateSeal([NEW, OLD])
    token = seal.csrf_token(STATE)
    assert seal.is_csrf_token(token, STATE)
    assert seal.is_csrf_token(StateSeal([OLD]).csrf_token(STATE), STATE)
    assert not seal.is_csrf_token(token, LoginState("other"))
    assert not seal.is_csrf_token("", STATE)
    assert not seal.is_csrf_token("\u00e9", STATE)


def test_visits_have_names_that_nobody_guesses():
    assert len({new_visit_id() for _ in range(100)}) == 100


def test_a_state_shows_no_number_in_a_log():
    assert "2395550100" not in repr(STATE)
