"""Every row of Meta's refusals: what is wrong, status, code, message and details."""

from typing import Any

import pytest

Edit = tuple[Any, tuple[str | int, ...]]

PARAM_COUNT = "(#132000) Number of parameters does not match the expected number of params"
MISSING = "(#131008) Required parameter is missing"
PARAMETERS = "(#132018) There's an issue with the parameters in your template"
FORMAT = "(#132012) Parameter format does not match format in the created template"
SPACES = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
NO_BUTTON = "buttons: Button at index 0 of type Url requires a parameter"
SUB_TYPES = (
    "{BOOKING_CONFIRMATION, CATALOG, COPY_CODE, FLOW, MPM, ORDER_DETAILS, QUICK_REPLY, REMINDER, "
    "URL, VOICE_CALL}"
)


def _count(given: int) -> str:
    return (
        f"body: number of localizable_params ({given}) does not match the expected number of "
        "params (1)"
    )


BODY = ("template", "components", 0)
BUTTON = ("template", "components", 1)
COMPONENTS = ("template", "components")


def _set(value: Any, *path: str | int) -> list[Edit]:
    return [(value, path)]


def _code(text: Any) -> list[Edit]:
    return [(text, (*component, "parameters", 0, "text")) for component in (BODY, BUTTON)]


TWO = [{"type": "text", "text": "1"}, {"type": "text", "text": "2"}]
CURRENCY = {"type": "currency", "currency": {"code": "USD"}}

TABLE = [
    # What is wrong, status, code, message, details
    ("no body", _set(..., *BODY), 400, 132000, PARAM_COUNT, _count(0)),
    ("no parameter", _set([], *BODY, "parameters"), 400, 132000, PARAM_COUNT, _count(0)),
    ("no parameters", _set(..., *BODY, "parameters"), 400, 132000, PARAM_COUNT, _count(0)),
    ("two parameters", _set(TWO, *BODY, "parameters"), 400, 132000, PARAM_COUNT, _count(2)),
    ("no components", _set([], *COMPONENTS), 400, 132000, PARAM_COUNT, _count(0)),
    ("no button", _set(..., *BUTTON), 400, 131008, MISSING, NO_BUTTON),
    ("button, no value", _set([], *BUTTON, "parameters"), 400, 131008, MISSING, NO_BUTTON),
    (
        "copy_code button",
        _set("copy_code", *BUTTON, "sub_type"),
        400,
        132018,
        PARAMETERS,
        "buttons: Button at index 0 must be of type Url",
    ),
    (
        "unknown sub_type",
        _set("phone_number", *BUTTON, "sub_type"),
        400,
        100,
        f"(#100) Param template['components'][1]['sub_type'] must be one of {SUB_TYPES} "
        '- got "phone_number"',
        None,
    ),
    (
        "16 characters",
        _code("1234567890123456"),
        400,
        132018,
        PARAMETERS,
        "body: Parameter at index 1 exceeds the parameter length limit 15",
    ),
    ("newline", _code("123\n456"), 400, 132018, PARAMETERS, SPACES),
    ("tab", _code("123\t456"), 400, 132018, PARAMETERS, SPACES),
    ("5 spaces", _code("123     456"), 400, 132018, PARAMETERS, SPACES),
    (
        "currency in the body",
        _set([CURRENCY], *BODY, "parameters"),
        400,
        132012,
        FORMAT,
        "body: Parameter at index 0 must be of type text",
    ),
    (
        "currency in the button",
        _set([CURRENCY], *BUTTON, "parameters"),
        400,
        132012,
        FORMAT,
        "buttons: Parameter at index 0 must be of type text",
    ),
    (
        "template unknown",
        _set("other", "template", "name"),
        404,
        132001,
        "(#132001) Template name does not exist in the translation",
        "template name (other) does not exist in en_US",
    ),
    (
        "language unknown",
        _set("en", "template", "language", "code"),
        404,
        132001,
        "(#132001) Template name does not exist in the translation",
        "template name (shamrock_auth) does not exist in en",
    ),
    *[
        (
            f"no {path[-1]} of {name}",
            _set(..., *path),
            400,
            100,
            f"(#100) The parameter {name} is required.",
            None,
        )
        for name, path in {
            "template['language']['code']": ("template", "language", "code"),
            "messaging_product": ("messaging_product",),
            "to": ("to",),
            "template": ("template",),
            "template['name']": ("template", "name"),
            "template['components'][0]['type']": (*BODY, "type"),
            "template['components'][1]['sub_type']": (*BUTTON, "sub_type"),
            "template['components'][1]['index']": (*BUTTON, "index"),
        }.items()
    ],
    (
        "no language",
        _set(..., "template", "language"),
        400,
        100,
        "(#100) The parameter template['language']['code'] is required.",
        None,
    ),
    *[
        (
            f"to {to!r}",
            _set(to, "to"),
            400,
            131009,
            "(#131009) Parameter value is not valid",
            "Recipient phone number format is not valid. Please use the format: +1234567890",
        )
        for to in ("abc", "+1239", "+0123456789", "+1234567890123456", "++12395550100", "1.239")
    ],
    (
        "own number",
        _set("+1 555 078 3881", "to"),
        400,
        131021,
        "(#131021) Recipient cannot be sender",
        "Recipient cannot be sender.",
    ),
    (
        "text missing",
        _code(None),
        400,
        131008,
        MISSING,
        "Parameter of type text is missing text value",
    ),
]


@pytest.mark.parametrize(
    ("edits", "status", "code", "message", "details"),
    [pytest.param(*row[1:], id=row[0]) for row in TABLE],
)
def test_refusal(
    simulator: Any, edits: list[Edit], status: int, code: int, message: str, details: str | None
) -> None:
    answer = simulator.post(simulator.payload_with(*edits))

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["message"]) == (status, code, message)
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]
    if details is None:
        assert "error_data" not in error
    else:
        assert error["error_data"] == {"messaging_product": "whatsapp", "details": details}
    assert simulator.get("/inbox/messages").json() == []
