"""The language of a person's code: theirs where it is approved, else the first one, once."""

import json
from collections.abc import Callable, Iterator

import pytest

from otp_service.adapters.whatsapp_passcode_sender import WhatsAppPasscodeSender
from otp_service.domain.delivery import MessageLabel, PasscodeMessage
from otp_service.domain.errors import DeliveryFailedError, RecipientUnreachableError
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.subject import Subject
from otp_service.simulator.magic_numbers import REFUSED
from tests.http_api.conftest import captured_logs
from tests.integration.whatsapp.managed_account import ManagedAccount, managed_account
from tests.integration.whatsapp.messaging_client import client_of

PHONE = "+12395550100"
LABEL = MessageLabel("challenge-1", Subject("a" * 24, "+1******0100", "US"))
Send = Callable[..., str]


@pytest.fixture
def account() -> Iterator[ManagedAccount]:
    with managed_account(template_languages=("en_US", "es")) as managed:
        yield managed


@pytest.fixture
def send(account: ManagedAccount) -> Iterator[Send]:
    with client_of(account.simulator) as api:

        def send(locale: str | None, *languages: str, to: str = PHONE) -> str:
            sender = WhatsAppPasscodeSender(api, "shamrock_auth", languages or ("en_US", "es"))
            number = PhoneNumberReader("US").read(to)
            return sender.send(PasscodeMessage(number, "481516", LABEL, locale))

        yield send


def languages_received(account: ManagedAccount) -> list[str]:
    return [message.language for message in account.simulator.inbox(PHONE)]


def templates(account: ManagedAccount, language: str, **members: str) -> None:
    account.order(template={"name": "shamrock_auth", "language": language, **members})


@pytest.mark.parametrize(
    ("locale", "language"), [("es-MX", "es"), ("fr", "en_US"), (None, "en_US")]
)
def test_a_person_gets_their_language_where_it_is_declared(
    account: ManagedAccount, send: Send, locale: str | None, language: str
):
    send(locale)
    assert languages_received(account) == [language]


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED"])
def test_a_language_that_cannot_be_sent_falls_back_once(
    account: ManagedAccount, send: Send, status: str
):
    templates(account, "es", status=status)
    before = account.simulator.requests_received
    with captured_logs() as logs:
        wamid = send("es-MX")
    [message] = account.simulator.inbox(PHONE)
    assert (message.wamid, message.language, message.code) == (wamid, "en_US", "481516")
    assert message.callback_data == LABEL.encode()
    assert account.simulator.requests_received == before + 2
    [line] = map(json.loads, logs.getvalue().splitlines())
    assert (line["event"], line["level"]) == ("whatsapp_language_refused", "error")
    assert "481516" not in logs.getvalue()


def test_a_language_declared_and_not_there_falls_back_once(account: ManagedAccount, send: Send):
    send("pt-BR", "en_US", "pt_BR")
    assert languages_received(account) == ["en_US"]


def test_the_first_language_has_nothing_to_fall_back_on(account: ManagedAccount, send: Send):
    templates(account, "en_US", status="PAUSED")
    for locale, asked in (("en-US", 1), ("es-MX", 1), ("fr", 1)):
        before = account.simulator.requests_received
        if locale == "es-MX":
            send(locale)
        else:
            with pytest.raises(DeliveryFailedError):
                send(locale)
        assert account.simulator.requests_received == before + asked
    templates(account, "es", status="PAUSED")
    before = account.simulator.requests_received
    with pytest.raises(DeliveryFailedError):
        send("es-MX")
    assert account.simulator.requests_received == before + 2
    assert languages_received(account) == ["es"]


def test_a_refusal_that_is_not_the_language_s_is_not_repeated(account: ManagedAccount, send: Send):
    for code, error in ((190, DeliveryFailedError), (131021, RecipientUnreachableError)):
        before = account.simulator.requests_received
        with pytest.raises(error):
            send("es-MX", to=REFUSED[code])
        assert account.simulator.requests_received == before + 1
