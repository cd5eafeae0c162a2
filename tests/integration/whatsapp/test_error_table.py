"""Meta's error table over HTTP: for every code, what the caller, the person and the operator get.

The table is typed out from Meta's page "Error codes", not from the code under test.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import requests

from otp_service.adapters.whatsapp_passcode_sender import WhatsAppPasscodeSender
from otp_service.domain.delivery import MessageLabel, PasscodeMessage
from otp_service.domain.errors import DeliveryError
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.subject import Subject
from otp_service.simulator import RunningSimulator
from otp_service.simulator.error_codes import ERROR_KINDS
from otp_service.simulator.magic_numbers import ALWAYS_SUCCEEDS, REFUSED
from otp_service.whatsapp import (
    OperatorError,
    PlatformError,
    RecipientError,
    WhatsAppError,
    WindowClosedError,
)
from tests.conftest import ACCESS_TOKEN, APP_SECRET
from tests.http_api.conftest import captured_logs
from tests.integration.whatsapp.messaging_client import client_of

PASSCODE = "481516"
LABEL = MessageLabel("challenge-1", Subject("a" * 24, "+1******0100", "US"))

# code, whose problem, then: R sent twice in the call, A alert, S every send fails until someone
# acts, a number: seconds that the person is told to wait.
TABLE = """
0 operator AS
3 operator AS
10 operator AS
33 operator AS
104 operator AS
190 operator AS
200 operator AS
368 operator AS
130497 recipient A
131005 operator AS
131031 operator AS
131037 operator AS
131042 operator AS
131045 operator AS
133010 operator AS
134011 operator A

4 platform 60
17 platform A 60
341 platform A 60
613 platform A 60
80007 platform 300
80008 platform 300
80012 platform 300
130429 platform R
131048 operator AS
131049 recipient
131056 platform 60
131064 operator AS
133008 operator A
133009 operator A
133016 operator A

1 platform RA
2 platform R
131000 platform R
131016 platform R
131057 platform 60
133004 platform R

100 operator A
130403 recipient A
130472 recipient
131008 operator A
131009 recipient A
131021 recipient
131026 recipient
131030 operator A
131047 window
131050 recipient
131051 operator A
131052 operator A
131053 operator A
131055 operator A
131062 recipient
131063 operator A
134100 operator A
134101 operator A
134102 operator A
135000 operator A
137000 stranger

132000 operator AS
132001 operator AS
132005 operator A
132007 operator AS
132008 operator A
132012 operator AS
132015 operator AS
132016 operator AS
132018 operator A
132068 operator A
132069 operator A
"""
CLASSES = {
    "operator": OperatorError,
    "recipient": RecipientError,
    "stranger": RecipientError,
    "platform": PlatformError,
    "window": WindowClosedError,
}
OUR_PROBLEM = "We could not send the code because of a problem on our side."
SENTENCES = {
    "operator": ("delivery_failed", OUR_PROBLEM),
    "window": ("delivery_failed", OUR_PROBLEM),
    "recipient": (
        "recipient_unreachable",
        "We cannot reach this number on WhatsApp. Check the number.",
    ),
    "stranger": (
        "recipient_unreachable",
        "This number may have a new owner. Call the office to log in with it.",
    ),
    "platform": (
        "delivery_unavailable",
        "WhatsApp is not taking messages at the moment. Try again shortly.",
    ),
}


@dataclass(frozen=True)
class Row:
    code: int
    whose: str
    retried: bool
    alert: bool
    stop: bool
    wait_s: int | None


def read_row(line: str) -> Row:
    code, whose, *rest = line.split()
    actions = "".join(word for word in rest if word.isalpha())
    wait_s = next((int(word) for word in rest if word.isdigit()), None)
    return Row(int(code), whose, "R" in actions, "A" in actions, "S" in actions, wait_s)


ROWS = [read_row(line) for line in TABLE.splitlines() if line]


@pytest.fixture
def recipient_of(simulator: RunningSimulator) -> Iterator[Callable[[int], str]]:
    """A number whose next two sends Meta answers with the code."""

    def control(code: int, times: int) -> None:
        order = {"fail_next": {"code": code, "times": times}}
        url = f"{simulator.base_url}/control"
        requests.post(url, json=order, timeout=5).raise_for_status()

    def recipient_of(code: int) -> str:
        if code not in REFUSED:
            control(code, 2)
        return REFUSED.get(code, ALWAYS_SUCCEEDS)

    yield recipient_of
    control(131016, 0)


def test_the_table_has_every_code() -> None:
    assert sorted(row.code for row in ROWS) == sorted(ERROR_KINDS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_what_a_caller_of_the_library_gets(simulator, recipient_of, row):
    before = simulator.requests_received
    with client_of(simulator) as api, pytest.raises(WhatsAppError) as caught:
        api.send_authentication_otp(recipient_of(row.code), PASSCODE)
    error = caught.value
    assert type(error) is CLASSES[row.whose]
    assert simulator.requests_received - before == (2 if row.retried else 1)
    assert error.graph is not None
    assert (error.graph.code, error.alert, error.stop) == (row.code, row.alert, row.stop)
    assert getattr(error, "retry_after_s", None) == row.wait_s


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_what_the_person_and_the_operator_see(simulator, recipient_of, row):
    number = PhoneNumberReader("US").read(recipient_of(row.code))
    with captured_logs() as logs, client_of(simulator) as api:
        sender = WhatsAppPasscodeSender(api, "shamrock_auth", ("en_US",))
        with pytest.raises(DeliveryError) as caught:
            sender.send(PasscodeMessage(number, PASSCODE, LABEL))
    seen = caught.value
    assert (seen.code, seen.message) == SENTENCES[row.whose]
    assert (seen.meta_code, seen.retry_after_s) == (row.code, row.wait_s)

    [line] = map(json.loads, logs.getvalue().splitlines())
    assert line["event"] == "whatsapp_refused"
    assert line["level"] == ("error" if row.alert else "warning")
    assert line["every_send_fails"] is row.stop
    assert (line["meta_code"], line["login_request_id"]) == (row.code, "challenge-1")
    assert line["fbtrace_id"]
    assert f"Meta error {row.code}" in line["summary"]
    for secret in (number.e164[1:], PASSCODE, ACCESS_TOKEN, APP_SECRET):
        assert secret not in logs.getvalue()


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"access_token": "EAAwrong"}, 190, "Access token"),
        ({"app_secret": None}, 100, "appsecret_proof"),
        ({"app_secret": "wrong"}, 100, "appsecret_proof"),
        ({"phone_number_id": "1"}, 100, "Object does not exist"),
    ],
)
def test_a_wrong_setting_stops_every_send_and_says_which(simulator, options, code, words):
    with (
        client_of(simulator, **options) as api,
        pytest.raises(OperatorError, match=words) as caught,
    ):
        api.send_authentication_otp(ALWAYS_SUCCEEDS, PASSCODE)
    assert caught.value.graph is not None
    assert (caught.value.graph.code, caught.value.alert, caught.value.stop) == (code, True, True)
