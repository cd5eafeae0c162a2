"""Roles as words, how long each lets a session live, and what a login shows of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.domain.challenge import LockoutPolicy, instant_of, new_challenge_id
from otp_service.domain.errors import InvalidRequestError
from otp_service.domain.roles import DEFAULT_ROLE, PRIVILEGED_ROLES, Role, read_role
from otp_service.domain.session import Login, Session, SessionPolicy, new_session_id

NOW_S = 1_795_260_915.123
POLICY = SessionPolicy(ttl_s=604_800, privileged_ttl_s=43_200)


def test_the_roles_are_those_of_the_contract():
    assert [*Role] == ["indemnitor", "coindemnitor", "defendant", "staff", "admin"]
    assert DEFAULT_ROLE == "indemnitor"
    assert {"staff", "admin"} == PRIVILEGED_ROLES


@pytest.mark.parametrize("role", Role)
def test_every_role_is_read_by_its_name(role):
    assert read_role(role.value) is role


@given(st.text())
def test_any_other_word_is_refused_with_the_names_that_exist(text):
    if text in [*Role]:
        return
    with pytest.raises(InvalidRequestError, match="indemnitor, coindemnitor, defendant, staff"):
        read_role(text)


@pytest.mark.parametrize("text", ["ADMIN", " admin", "admin ", "Role.ADMIN", ""])
def test_a_role_is_not_guessed(text):
    with pytest.raises(InvalidRequestError):
        read_role(text)


@pytest.mark.parametrize(
    ("role", "ttl_s"),
    [
        (Role.INDEMNITOR, 604_800),
        (Role.COINDEMNITOR, 604_800),
        (Role.DEFENDANT, 604_800),
        (Role.STAFF, 43_200),
        (Role.ADMIN, 43_200),
    ],
)
def test_a_session_lives_as_long_as_its_role_allows(role, ttl_s):
    assert POLICY.ttl_of(role) == ttl_s


def test_a_login_says_its_lifetime_and_hides_its_token():
    login = Login("secret-token", Session("jti", "phone", Role.STAFF, "gas", 1_000, 44_200))
    assert login.expires_in_s == 43_200
    assert "secret-token" not in repr(login) + str(login)


@pytest.mark.parametrize("new_id", [lambda: new_challenge_id(NOW_S), new_session_id])
def test_ids_are_all_different_and_22_url_safe_characters(new_id):
    ids = {new_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert {len(one) for one in ids} == {22}
    assert all(one.replace("-", "").replace("_", "").isalnum() for one in ids)


def test_a_challenge_id_tells_when_it_was_made_and_nothing_else_does():
    assert instant_of(new_challenge_id(NOW_S)) == NOW_S
    for text in ("", "asked", new_challenge_id(NOW_S)[:-1], new_challenge_id(NOW_S) + "A"):
        assert instant_of(text) is None


def test_the_lockout_policy_is_that_of_the_contract():
    assert LockoutPolicy() == LockoutPolicy(
        threshold=10, first_lock_s=900, longest_lock_s=86_400, stop_at=100
    )
