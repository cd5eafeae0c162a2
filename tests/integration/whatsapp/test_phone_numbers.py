"""Reading the business number and doing to it what an operator does."""

import pytest

from otp_service.whatsapp.errors import InvalidArgumentError, OperatorError, PlatformError
from otp_service.whatsapp.number_registration import (
    clear_number_callback,
    deregister_number,
    override_number_callback,
    register_number,
    request_verification_code,
    set_identity_check,
    set_two_step_pin,
    verify_number,
)
from otp_service.whatsapp.phone_numbers import list_phone_numbers, read_phone_number
from tests.conftest import BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID
from tests.integration.simulator.callback_server import VERIFY_TOKEN, callback_server
from tests.integration.whatsapp.managed_account import ManagedAccount, managed_account


def test_a_healthy_number_reads_as_one(account: ManagedAccount):
    number = read_phone_number(account.graph, PHONE_NUMBER_ID)
    assert number.id == PHONE_NUMBER_ID
    assert number.display_phone_number == "+1 555-078-3881"
    assert number.verified_name == "Shamrock Bail Bonds"
    assert number.is_connected
    assert (number.quality_rating, number.throughput_level) == ("GREEN", "STANDARD")
    assert number.messaging_limit == "TIER_2K"
    assert (number.name_status, number.code_verification_status) == ("APPROVED", "VERIFIED")
    assert (number.account_mode, number.platform_type) == ("LIVE", "CLOUD_API")
    assert (number.country_code, number.country_dial_code) == ("US", "1")
    assert number.is_official_business_account is False
    assert number.certificate
    assert number.certificate not in repr(number)
    assert number.health is not None
    assert number.health.can_send_message == "AVAILABLE"
    assert number.webhooks is not None
    assert number.webhooks.in_effect is None


def test_values_nobody_has_heard_of_are_kept_and_are_not_healthy(account: ManagedAccount):
    account.order(
        number={"status": "ON_THE_MOON", "quality_rating": "PURPLE", "throughput": "LUDICROUS"}
    )
    number = read_phone_number(account.graph, PHONE_NUMBER_ID)
    assert (number.status, number.quality_rating) == ("ON_THE_MOON", "PURPLE")
    assert number.throughput_level == "LUDICROUS"
    assert not number.is_connected


def test_an_older_version_that_refuses_the_limit_still_gives_the_rest(account: ManagedAccount):
    account.order(unknown_fields=["whatsapp_business_manager_messaging_limit"])
    number = read_phone_number(account.graph, PHONE_NUMBER_ID)
    assert number.messaging_limit is None
    assert number.is_connected


def test_a_version_that_refuses_another_field_is_not_hidden(account: ManagedAccount):
    account.order(unknown_fields=["name_status"])
    with pytest.raises(OperatorError, match="Meta error 100 "):
        read_phone_number(account.graph, PHONE_NUMBER_ID)


@pytest.mark.parametrize("flavour", ["live", "published"])
def test_both_ways_in_which_meta_refuses_mean_the_same(flavour: str):
    with managed_account(error_flavour=flavour) as account:
        account.order(unknown_fields=["whatsapp_business_manager_messaging_limit"])
        assert read_phone_number(account.graph, PHONE_NUMBER_ID).messaging_limit is None
        with pytest.raises(OperatorError) as refused:
            read_phone_number(account.graph, "999")
        assert refused.value.stop
        account.order(management_limit=0)
        with pytest.raises(PlatformError):
            read_phone_number(account.graph, PHONE_NUMBER_ID)


def test_a_blocked_number_says_why_and_what_to_do(account: ManagedAccount):
    account.order(number={"status": "DISCONNECTED"}, health={"BUSINESS": "LIMITED"})
    health = read_phone_number(account.graph, PHONE_NUMBER_ID).health
    assert health is not None
    assert health.can_send_message == "BLOCKED"
    by_type = {entity.entity_type: entity for entity in health.entities}
    (error,) = by_type["PHONE_NUMBER"].errors
    assert (error.code, by_type["PHONE_NUMBER"].id) == (141000, PHONE_NUMBER_ID)
    assert error.description
    assert error.possible_solution
    assert by_type["BUSINESS"].additional_info
    assert by_type["WABA"].can_send_message == "AVAILABLE"


def test_a_number_of_somebody_else_is_the_operators_to_mend(account: ManagedAccount):
    with pytest.raises(OperatorError) as refused:
        register_number(account.graph, "999", "123456")
    assert refused.value.graph is not None
    assert (refused.value.graph.code, refused.value.graph.subcode) == (100, 33)
    assert refused.value.stop


def test_the_accounts_numbers_are_listed_by_mode(account: ManagedAccount):
    (number,) = list_phone_numbers(account.graph, BUSINESS_ACCOUNT_ID)
    assert (number.id, number.is_connected) == (PHONE_NUMBER_ID, True)
    assert (number.health, number.webhooks, number.messaging_limit) == (None, None, None)
    assert list(list_phone_numbers(account.graph, BUSINESS_ACCOUNT_ID, account_mode="LIVE"))
    assert not list(list_phone_numbers(account.graph, BUSINESS_ACCOUNT_ID, account_mode="SANDBOX"))


def test_a_number_is_deregistered_and_registered_with_its_pin(account: ManagedAccount):
    set_two_step_pin(account.graph, PHONE_NUMBER_ID, "428913")
    deregister_number(account.graph, PHONE_NUMBER_ID)
    assert not read_phone_number(account.graph, PHONE_NUMBER_ID).is_connected
    with pytest.raises(OperatorError, match="131031") as refused:
        register_number(account.graph, PHONE_NUMBER_ID, "111222")
    assert "111222" not in str(refused.value)
    register_number(account.graph, PHONE_NUMBER_ID, "428913", storage_region="DE")
    assert read_phone_number(account.graph, PHONE_NUMBER_ID).is_connected


def test_too_many_registrations_are_an_alert(account: ManagedAccount):
    for _ in range(10):
        register_number(account.graph, PHONE_NUMBER_ID, "428913")
    with pytest.raises(OperatorError, match="133016") as refused:
        register_number(account.graph, PHONE_NUMBER_ID, "428913")
    assert refused.value.alert


def test_a_number_is_verified_with_the_code_meta_sent(account: ManagedAccount):
    account.order(number={"code_verification_status": "NOT_VERIFIED"})
    request_verification_code(account.graph, PHONE_NUMBER_ID, method="VOICE")
    account.order(number={"verification_code": "482913"})
    with pytest.raises(OperatorError, match="136025"):
        verify_number(account.graph, PHONE_NUMBER_ID, "482-914")
    verify_number(account.graph, PHONE_NUMBER_ID, "482-913")
    verified = read_phone_number(account.graph, PHONE_NUMBER_ID)
    assert verified.code_verification_status == "VERIFIED"
    with pytest.raises(OperatorError, match="136024"):
        request_verification_code(account.graph, PHONE_NUMBER_ID)


def test_the_identity_check_is_switched_on_and_off(account: ManagedAccount):
    for enabled in (True, False):
        set_identity_check(account.graph, PHONE_NUMBER_ID, enabled=enabled)


def test_the_numbers_own_callback_wins_until_it_is_cleared(account: ManagedAccount):
    with callback_server() as callback:
        override_number_callback(account.graph, PHONE_NUMBER_ID, callback, VERIFY_TOKEN)
        webhooks = read_phone_number(account.graph, PHONE_NUMBER_ID).webhooks
        assert webhooks is not None
        assert webhooks.in_effect == webhooks.phone_number == callback
        with pytest.raises(OperatorError, match="2200") as refused:
            override_number_callback(account.graph, PHONE_NUMBER_ID, callback, "guess")
        assert "guess" not in str(refused.value)
    clear_number_callback(account.graph, PHONE_NUMBER_ID)
    webhooks = read_phone_number(account.graph, PHONE_NUMBER_ID).webhooks
    assert webhooks is not None
    assert webhooks.in_effect is None


def test_a_used_up_hour_says_how_long_to_wait(account: ManagedAccount):
    account.order(management_limit=2)
    read_phone_number(account.graph, PHONE_NUMBER_ID)
    account.now += 600
    with pytest.raises(PlatformError, match="80008") as refused:
        read_phone_number(account.graph, PHONE_NUMBER_ID)
    assert refused.value.retry_after_s == 3000.0


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "12345\uff16"])
def test_a_malformed_pin_never_leaves(account: ManagedAccount, pin: str):
    before = account.simulator.requests_received
    with pytest.raises(InvalidArgumentError, match="pin must be six digits"):
        register_number(account.graph, PHONE_NUMBER_ID, pin)
    with pytest.raises(InvalidArgumentError, match="pin must be six digits"):
        set_two_step_pin(account.graph, PHONE_NUMBER_ID, pin)
    assert account.simulator.requests_received == before


@pytest.mark.parametrize("number_id", ["", "1/2", "me", "../1", "1?fields=id", "1" * 33])
def test_an_id_that_is_no_digits_never_becomes_a_path(account: ManagedAccount, number_id: str):
    before = account.simulator.requests_received
    for call in (read_phone_number, deregister_number, clear_number_callback):
        with pytest.raises(InvalidArgumentError, match="phone_number_id"):
            call(account.graph, number_id)
    with pytest.raises(InvalidArgumentError, match="business_account_id"):
        list(list_phone_numbers(account.graph, number_id))
    assert account.simulator.requests_received == before


@pytest.mark.parametrize(
    ("callback", "token", "sentence"),
    [
        ("http://example.com/hooks", "x", "callback_uri must be https"),
        ("https://user:pass@example.com/", "x", "without credentials"),
        ("https://example.com/?a=1", "x", "query or fragment"),
        ("https://example.com/" + "a" * 181, "x", "at most 200 characters"),
        ("example.com", "x", "callback_uri must be https"),
        ("https://example.com/hooks", " ", "verify_token must not be empty"),
    ],
)
def test_a_callback_meta_would_not_call_never_leaves(
    account: ManagedAccount, callback: str, token: str, sentence: str
):
    before = account.simulator.requests_received
    with pytest.raises(InvalidArgumentError, match=sentence):
        override_number_callback(account.graph, PHONE_NUMBER_ID, callback, token)
    assert account.simulator.requests_received == before


def test_other_malformed_arguments_never_leave(account: ManagedAccount):
    before = account.simulator.requests_received
    with pytest.raises(InvalidArgumentError, match="two capital letters"):
        register_number(account.graph, PHONE_NUMBER_ID, "428913", storage_region="Germany")
    with pytest.raises(InvalidArgumentError, match="SMS, VOICE"):
        request_verification_code(account.graph, PHONE_NUMBER_ID, method="FAX")
    with pytest.raises(InvalidArgumentError, match="digits Meta sent"):
        verify_number(account.graph, PHONE_NUMBER_ID, "abcdef")
    assert account.simulator.requests_received == before
