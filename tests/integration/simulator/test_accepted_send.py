"""The answer to a send that Meta takes."""

import base64
import re
from typing import Any

import pytest


def test_answer_has_the_documented_shape(simulator: Any) -> None:
    answer = simulator.send("+12395550100")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["facebook-api-version"] == "v23.0"
    body = answer.json()
    wamid = body["messages"][0]["id"]
    assert body == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+12395550100", "wa_id": "12395550100"}],
        "messages": [{"id": wamid, "message_status": "accepted"}],
    }


def test_wamid_is_built_like_metas(simulator: Any) -> None:
    wamid = simulator.send("+12395550100").json()["messages"][0]["id"]

    assert wamid.startswith("wamid.HBgLMTIzOTU1NTAxMDAVAgARGB")
    record = base64.b64decode(wamid.removeprefix("wamid."))
    assert re.fullmatch(
        rb"\x1c\x18\x0b12395550100\x15\x02\x00\x11\x18\x12[0-9A-F]{18}\x00", record
    )


@pytest.mark.parametrize("to", ["+1 (239) 555-0100", "12395550100", "+12395550100"])
def test_recipient_is_echoed_as_given_and_read_as_digits(simulator: Any, to: str) -> None:
    answer = simulator.send(to)

    assert answer.json()["contacts"] == [{"input": to, "wa_id": "12395550100"}]
    assert [message.to for message in simulator.running.inbox("+12395550100")] == ["+12395550100"]


def _without_recipient_type(body: dict[str, Any]) -> None:
    del body["recipient_type"]


def _with_policy(body: dict[str, Any]) -> None:
    body["template"]["language"]["policy"] = "deterministic"


def _with_numeric_index(body: dict[str, Any]) -> None:
    body["template"]["components"][1]["index"] = 0


def _with_uppercase_names(body: dict[str, Any]) -> None:
    body["template"]["components"][0]["type"] = "BODY"
    body["template"]["components"][1]["sub_type"] = "URL"


def _button_first(body: dict[str, Any]) -> None:
    body["template"]["components"].reverse()


def _other_language(body: dict[str, Any]) -> None:
    body["template"]["language"]["code"] = "es"


def _without_callback_data(body: dict[str, Any]) -> None:
    del body["biz_opaque_callback_data"]


def _both_recipients(body: dict[str, Any]) -> None:
    body["recipient"] = "US.13491208655302741918"


@pytest.mark.parametrize(
    "change",
    [
        _without_recipient_type,
        _with_policy,
        _with_numeric_index,
        _with_uppercase_names,
        _button_first,
        _other_language,
        _without_callback_data,
        _both_recipients,
    ],
)
def test_variants_that_meta_takes(simulator: Any, change: Any) -> None:
    body = simulator.payload()
    change(body)

    assert simulator.post(body).status_code == 200


@pytest.mark.parametrize("code", ["1", "J$FpnYnP", "123456789012345", "12    34"])
def test_any_text_of_15_characters_is_a_code(simulator: Any, code: str) -> None:
    assert simulator.send(code=code).status_code == 200
    assert simulator.running.inbox("+12395550100")[-1].code == code
