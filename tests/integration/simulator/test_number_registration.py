"""Registering the number, its PIN, its verification code and the identity check."""

from typing import Any

import pytest

from tests.integration.simulator.account_calls import NUMBER, AccountCalls, error_of

SUCCESS = {"success": True}
REGISTER = {"messaging_product": "whatsapp", "pin": "123456"}


@pytest.fixture
def graph(simulator: Any) -> AccountCalls:
    return AccountCalls(simulator)


def _status(graph: AccountCalls) -> str:
    return str(graph.get(NUMBER, fields="status").json()["status"])


def test_a_number_is_taken_out_and_registered_again(simulator: Any, graph: AccountCalls):
    assert graph.post(f"{NUMBER}/deregister").json() == SUCCESS
    assert error_of(simulator.send()) == (400, 133010, None)
    assert _status(graph) == "DISCONNECTED"
    assert error_of(graph.post(f"{NUMBER}/deregister")) == (400, 133010, None)
    assert graph.post(f"{NUMBER}/register", REGISTER).json() == SUCCESS
    assert _status(graph) == "CONNECTED"
    assert simulator.send().status_code == 200


def test_registering_needs_the_pin_that_was_set(graph: AccountCalls):
    assert graph.post(NUMBER, {"pin": "654321"}).json() == SUCCESS
    assert error_of(graph.post(f"{NUMBER}/register", REGISTER)) == (403, 131031, None)
    assert graph.post(f"{NUMBER}/register", REGISTER | {"pin": "654321"}).json() == SUCCESS


@pytest.mark.parametrize(
    "body",
    [
        {"pin": "123456"},
        {"messaging_product": "sms", "pin": "123456"},
        {"messaging_product": "whatsapp"},
        {"messaging_product": "whatsapp", "pin": "12345"},
        {"messaging_product": "whatsapp", "pin": 123456},
        {"messaging_product": "whatsapp", "pin": "12345a"},
        {"messaging_product": "whatsapp", "pin": "123456", "colour": "green"},
    ],
)
def test_a_malformed_registration_is_refused(graph: AccountCalls, body: Any):
    assert error_of(graph.post(f"{NUMBER}/register", body)) == (400, 100, None)


def test_registrations_are_limited_to_ten_in_three_days(simulator: Any, graph: AccountCalls):
    for _ in range(10):
        assert graph.post(f"{NUMBER}/register", REGISTER).json() == SUCCESS
    assert error_of(graph.post(f"{NUMBER}/register", REGISTER)) == (400, 133016, None)
    assert error_of(graph.post(f"{NUMBER}/deregister")) == (400, 133016, None)
    simulator.clock.now += 72 * 3600
    assert graph.post(f"{NUMBER}/register", REGISTER).json() == SUCCESS


def test_a_verified_number_gets_no_code(graph: AccountCalls):
    asked = graph.post(f"{NUMBER}/request_code", {"code_method": "SMS", "language": "en_US"})
    assert error_of(asked) == (400, 136024, None)
    assert error_of(graph.post(f"{NUMBER}/verify_code", {"code": "1"})) == (400, 136025, None)


def test_a_number_is_verified_with_the_code_that_was_sent(simulator: Any, graph: AccountCalls):
    simulator.control(number={"code_verification_status": "EXPIRED"})
    asked = graph.post(f"{NUMBER}/request_code", {"code_method": "VOICE", "language": "en_US"})
    assert asked.json() == SUCCESS
    # As if it had come: the simulated number has no phone.
    simulator.control(number={"verification_code": "482913"})
    wrong = graph.post(f"{NUMBER}/verify_code", {"code": "482914"})
    assert error_of(wrong) == (400, 136025, None)
    assert graph.post(f"{NUMBER}/verify_code", {"code": "482913"}).json() == SUCCESS
    verified = graph.get(NUMBER, fields="code_verification_status").json()
    assert verified == {"code_verification_status": "VERIFIED"}


@pytest.mark.parametrize(
    "body",
    [{"code_method": "SMS"}, {"language": "en_US"}, {"code_method": "FAX", "language": "e"}],
)
def test_a_malformed_request_for_a_code_is_refused(graph: AccountCalls, body: Any):
    assert error_of(graph.post(f"{NUMBER}/request_code", body)) == (400, 100, None)


def test_the_identity_check_is_a_boolean(graph: AccountCalls):
    path = f"{NUMBER}/settings"
    for enabled in (True, False):
        change = {"user_identity_change": {"enable_identity_key_check": enabled}}
        assert graph.post(path, change).json() == SUCCESS
    for wrong in ({}, {"user_identity_change": {"enable_identity_key_check": "yes"}}):
        assert error_of(graph.post(path, wrong)) == (400, 100, None)
    misspelled = {"user_identity_change": {"enable": True}}
    assert error_of(graph.post(path, misspelled)) == (400, 100, None)
