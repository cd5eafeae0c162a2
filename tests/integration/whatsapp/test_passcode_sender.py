"""The login's sender: what leaves, and what the login hears when nothing or perhaps all did."""

import json

import pytest

from otp_service.adapters.whatsapp_passcode_sender import WhatsAppPasscodeSender
from otp_service.domain.delivery import MessageLabel, PasscodeMessage
from otp_service.domain.errors import RecipientUnreachableError
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.ports import UnconfirmedSendError
from otp_service.domain.subject import Subject
from otp_service.simulator.magic_numbers import ALWAYS_SUCCEEDS, NETWORK, Answer
from tests.http_api.conftest import captured_logs
from tests.integration.whatsapp.messaging_client import client_of

LABEL = MessageLabel("challenge-1", Subject("a" * 24, "+1******0100", "US"))
NEVER_CONFIRMED = next(
    number for number, behaviour in NETWORK.items() if behaviour.answer is Answer.DROPPED_ACCEPTED
)


def send(simulator, phone):
    number = PhoneNumberReader("US").read(phone)
    with client_of(simulator) as api:
        return WhatsAppPasscodeSender(api, "shamrock_auth", ("en_US",)).send(
            PasscodeMessage(number, "481516", LABEL)
        )


def test_the_message_carries_the_passcode_and_the_label(simulator):
    wamid = send(simulator, ALWAYS_SUCCEEDS)
    message = simulator.inbox(ALWAYS_SUCCEEDS)[-1]
    assert (message.wamid, message.code) == (wamid, "481516")
    assert MessageLabel.decode(message.callback_data) == LABEL


def test_a_number_too_long_for_e164_is_this_person_s_problem(simulator):
    too_long = "+4930123456789012"  # phonenumbers takes it for a valid German number
    before = simulator.requests_received
    with captured_logs() as logs, pytest.raises(RecipientUnreachableError):
        send(simulator, too_long)
    [line] = map(json.loads, logs.getvalue().splitlines())
    assert (line["event"], line["level"]) == ("whatsapp_refused", "warning")
    assert "to must be a phone number" in line["summary"]
    assert too_long[1:] not in logs.getvalue()
    assert simulator.requests_received == before


def test_a_message_that_meta_never_confirmed_is_logged_and_not_repeated(simulator):
    before = simulator.requests_received
    with captured_logs() as logs, pytest.raises(UnconfirmedSendError):
        send(simulator, NEVER_CONFIRMED)
    [line] = map(json.loads, logs.getvalue().splitlines())
    assert (line["event"], line["login_request_id"]) == ("whatsapp_unconfirmed", "challenge-1")
    assert simulator.requests_received == before + 1
