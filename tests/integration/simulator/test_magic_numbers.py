"""Every magic number does what the table says, and the table is complete and well-formed."""

import re
import threading
from typing import Any

import phonenumbers
import pytest
import requests

from otp_service.simulator import running_simulator
from otp_service.simulator.error_codes import ERROR_KINDS, OF_OTHER_ENDPOINTS
from otp_service.simulator.magic_numbers import (
    ALWAYS_SUCCEEDS,
    FAILS_AFTER_ACCEPTANCE,
    MAGIC_NUMBERS,
    NETWORK,
    REFUSED,
)

SLOW_5_S, SLOW_30_S = "+12395550150", "+12395550151"
DROPPED, DROPPED_ACCEPTED = "+12395550152", "+12395550153"
BAD_GATEWAY, UNREADABLE = "+12395550154", "+12395550155"
REFUSED_ONCE, THROTTLED_TWICE = "+12395550156", "+12395550157"


def test_numbers_are_fictional_valid_and_used_once() -> None:
    assert len(MAGIC_NUMBERS) == len(REFUSED) + len(FAILS_AFTER_ACCEPTANCE) + len(NETWORK)
    assert ALWAYS_SUCCEEDS not in MAGIC_NUMBERS
    for number in MAGIC_NUMBERS:
        assert re.fullmatch(r"\+1[2-9]\d\d55501\d\d", number)
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_every_error_code_of_a_send_has_a_number() -> None:
    only_after_acceptance = {137000}
    assert set(REFUSED) == set(ERROR_KINDS) - only_after_acceptance - OF_OTHER_ENDPOINTS
    assert set(FAILS_AFTER_ACCEPTANCE) <= set(ERROR_KINDS)


@pytest.mark.parametrize(("code", "number"), REFUSED.items())
def test_refused(simulator: Any, code: int, number: str) -> None:
    answer = simulator.send(number)

    assert answer.status_code == ERROR_KINDS[code].http_status
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    graph_layer = {0, 1, 2, 3, 4, 10, 17, 104, 190, 200, 341, 613}
    if code in graph_layer:
        assert "error_data" not in error
    else:
        assert error["message"].startswith(f"(#{code}) ")
        assert error["error_data"]["messaging_product"] == "whatsapp"
        assert error["error_data"]["details"]
    assert simulator.running.inbox(number) == []


def test_subcodes_and_transience(simulator: Any) -> None:
    def error(code: int) -> dict[str, Any]:
        found: dict[str, Any] = simulator.send(REFUSED[code]).json()["error"]
        return found

    assert error(190)["error_subcode"] == 463
    assert error(4)["error_subcode"] == 2446079
    assert error(2)["is_transient"] is True
    assert error(130429)["error_subcode"] == 2494055
    assert "is_transient" not in error(131016)


@pytest.mark.parametrize(("code", "number"), FAILS_AFTER_ACCEPTANCE.items())
def test_fails_after_acceptance(simulator: Any, code: int, number: str) -> None:
    answer = simulator.send(number)

    assert answer.status_code == 200
    [message] = simulator.running.inbox(number)
    assert (message.status, message.failure) == ("accepted", None)
    simulator.clock.now += 3600
    [message] = simulator.running.inbox(number)
    assert (message.status, message.failure) == ("failed", code)
    assert message.failure_title == ERROR_KINDS[code].title
    assert message.failed_at is not None
    assert message.sent_at is message.delivered_at is message.read_at is None


@pytest.mark.parametrize(("number", "delay_s"), [(SLOW_5_S, 5.0), (SLOW_30_S, 30.0)])
def test_slow_answer(simulator: Any, number: str, delay_s: float) -> None:
    assert simulator.send(number).status_code == 200
    assert delay_s in simulator.slept_s


def test_message_is_taken_although_the_caller_gave_up_waiting(settings: Any) -> None:
    given_up = threading.Event()

    def sleep(_: float) -> None:
        given_up.wait()

    with running_simulator(settings, sleep=sleep) as running:
        with pytest.raises(requests.ReadTimeout):
            requests.post(
                f"{running.base_url}/v23.0/{settings.phone_number_id}/messages",
                json=_payload(SLOW_30_S),
                headers={"Authorization": f"Bearer {settings.access_token}"},
                timeout=0.5,
            )
        given_up.set()
        assert len(running.inbox(SLOW_30_S)) == 1


def _payload(to: str) -> dict[str, Any]:
    text = [{"type": "text", "text": "123456"}]
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": text}
    return {
        "messaging_product": "whatsapp",
        "to": to,
        "type": "template",
        "template": {
            "name": "shamrock_auth",
            "language": {"code": "en_US"},
            "components": [{"type": "body", "parameters": text}, button],
        },
    }


@pytest.mark.parametrize(("number", "taken"), [(DROPPED, 0), (DROPPED_ACCEPTED, 1)])
def test_dropped_connection(simulator: Any, number: str, taken: int) -> None:
    with pytest.raises(requests.ConnectionError, match="without response"):
        simulator.send(number)

    assert len(simulator.running.inbox(number)) == taken
    assert simulator.send().status_code == 200


def test_bad_gateway(simulator: Any) -> None:
    answer = simulator.send(BAD_GATEWAY)

    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<html>" in answer.text
    assert simulator.running.inbox(BAD_GATEWAY) == []


def test_unreadable_body(simulator: Any) -> None:
    answer = simulator.send(UNREADABLE)

    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert len(simulator.running.inbox(UNREADABLE)) == 1


def test_refused_once(simulator: Any) -> None:
    answers = [simulator.send(REFUSED_ONCE) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [500, 200, 500, 200]
    assert answers[0].json()["error"]["code"] == 131016


def test_throttled_twice(simulator: Any) -> None:
    answers = [simulator.send(THROTTLED_TWICE) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [400, 400, 200, 400, 400, 200]
    assert answers[1].json()["error"]["code"] == 130429


def test_clearing_the_inbox_starts_the_count_again(simulator: Any) -> None:
    simulator.send(THROTTLED_TWICE)
    simulator.session.delete(simulator.url("/inbox/messages"), timeout=10)
    answers = [simulator.send(THROTTLED_TWICE) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 200]


@pytest.mark.parametrize("number", [ALWAYS_SUCCEEDS, "+12395550149", "+447700900123"])
def test_every_other_number_succeeds(simulator: Any, number: str) -> None:
    assert simulator.send(number).status_code == 200
