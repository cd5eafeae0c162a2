"""API clients: known by the whole of their key, allowed what their scopes say."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.domain.api_clients import ApiClient, ApiClients, Scope, key_digest
from otp_service.domain.errors import ForbiddenError, UnauthorizedError

GAS = ApiClient("gas", key_digest("gas-key"), frozenset({Scope.OTP, Scope.SESSIONS}))
CONSOLE = ApiClient("console", key_digest("console-key"), frozenset(Scope))
CLIENTS = ApiClients([GAS, CONSOLE])


def test_a_key_is_kept_as_its_sha256():
    assert key_digest("gas-key") == hashlib.sha256(b"gas-key").hexdigest()


@pytest.mark.parametrize(("key", "client"), [("gas-key", GAS), ("console-key", CONSOLE)])
def test_a_client_is_known_by_its_key_wherever_it_stands_in_the_list(key, client):
    assert CLIENTS.authenticate(key) is client
    assert ApiClients([CONSOLE, GAS]).authenticate(key) is client


@given(st.text())
def test_any_other_key_is_unauthorized(key):
    if key in {"gas-key", "console-key"}:
        return
    with pytest.raises(UnauthorizedError):
        CLIENTS.authenticate(key)


@pytest.mark.parametrize("key", ["gas-ke", "gas-key ", "GAS-KEY", GAS.key_sha256, "gas"])
def test_nearly_the_key_and_what_is_stored_of_it_are_not_the_key(key):
    with pytest.raises(UnauthorizedError):
        CLIENTS.authenticate(key)


def test_an_empty_key_is_never_a_client_even_when_its_hash_is_configured():
    careless = ApiClients([ApiClient("nobody", key_digest(""), frozenset(Scope))])
    with pytest.raises(UnauthorizedError):
        careless.authenticate("")


def test_without_clients_nobody_is_known():
    with pytest.raises(UnauthorizedError):
        ApiClients([]).authenticate("gas-key")


@pytest.mark.parametrize("scope", Scope)
def test_a_client_may_do_what_its_scopes_say_and_nothing_else(scope):
    CONSOLE.require(scope)
    if scope in GAS.scopes:
        GAS.require(scope)
        return
    with pytest.raises(ForbiddenError, match=scope.value):
        GAS.require(scope)
