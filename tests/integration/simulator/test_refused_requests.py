"""Refusals beyond the table: types, template status, bodies that are no JSON, own strictness."""

from typing import Any

import pytest

BODY = ("template", "components", 0)
BUTTON = ("template", "components", 1)
TWO = [{"type": "text", "text": "1"}, {"type": "text", "text": "2"}]
BSUID = "US.13491208655302741918"


@pytest.mark.parametrize("member", ["to", "recipient"])
def test_business_scoped_user_id(simulator: Any, member: str) -> None:
    body = simulator.payload()
    del body["to"]
    error = simulator.post(body | {member: BSUID}).json()["error"]

    assert error["code"] == 131062
    assert error["error_data"]["details"] == (
        "Business-scoped User ID (BSUID) recipients are not supported for this message."
    )


@pytest.mark.parametrize(
    ("status", "http_status", "code", "message"),
    [
        ("PAUSED", 400, 132015, "(#132015) Template is Paused"),
        ("DISABLED", 400, 132016, "(#132016) Template is Disabled"),
        ("PENDING", 404, 132001, "(#132001) Template name does not exist in the translation"),
        ("REJECTED", 404, 132001, "(#132001) Template name does not exist in the translation"),
    ],
)
def test_template_that_is_not_approved(
    simulator: Any, status: str, http_status: int, code: int, message: str
) -> None:
    simulator.control(template_status=status)
    answer = simulator.send()

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["message"]) == (http_status, code, message)
    simulator.control(template_status="APPROVED")
    assert simulator.send().status_code == 200


@pytest.mark.parametrize("type_", ["text", "image", "audio", "interactive", None])
def test_free_form_needs_an_open_window(simulator: Any, type_: str | None) -> None:
    body = {"messaging_product": "whatsapp", "to": "+12395550100", "text": {"body": "Hello"}}
    answer = simulator.post(body if type_ is None else body | {"type": type_})

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "(#131047) Re-engagement message"
    assert "24 hours" in answer.json()["error"]["error_data"]["details"]


@pytest.mark.parametrize(
    ("value", "path", "code"),
    [
        ("999999", (*BUTTON, "parameters", 0, "text"), 132018),
        ("group", ("recipient_type",), 100),
        ("x" * 513, ("biz_opaque_callback_data",), 100),
        ("x", ("template", "componets"), 100),
        ("1", (*BODY, "parameters", 0, "txt"), 100),
    ],
    ids=["codes differ", "group", "long callback data", "template typo", "parameter typo"],
)
def test_own_strictness_is_called_so(
    simulator: Any, value: str, path: tuple[str | int, ...], code: int
) -> None:
    error = simulator.post(simulator.payload_with((value, path))).json()["error"]

    assert error["code"] == code
    assert "own strictness" in error["error_data"]["details"]


def test_second_button(simulator: Any) -> None:
    body = simulator.payload()
    components = body["template"]["components"]
    components.append(components[1] | {"index": "1"})

    assert simulator.post(body).json()["error"]["code"] == 132018


@pytest.mark.parametrize("component", ["header", "carousel"])
def test_component_that_the_template_lacks(simulator: Any, component: str) -> None:
    body = simulator.payload()
    body["template"]["components"].append(
        {"type": component, "parameters": [{"type": "text", "text": "1"}]}
    )
    details = simulator.post(body).json()["error"]["error_data"]["details"]

    assert details.startswith(f"{component}: number of localizable_params (1)")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (5, ("to",)),
        (5, ("biz_opaque_callback_data",)),
        ("telegram", ("messaging_product",)),
        ("everyone", ("recipient_type",)),
        ("fax", ("type",)),
        ([], ("template",)),
        (5, ("template", "name")),
        ("en_US", ("template", "language")),
        ("fallback", ("template", "language", "policy")),
        ({}, ("template", "components")),
        ("body", BODY),
        ("footnote", (*BODY, "type")),
        (True, (*BUTTON, "index")),
        ("zero", (*BUTTON, "index")),
        ("text", (*BODY, "parameters")),
        (5, (*BODY, "parameters", 0)),
        ("texture", (*BODY, "parameters", 0, "type")),
        (123456, (*BODY, "parameters", 0, "text")),
        (TWO, (*BUTTON, "parameters")),
    ],
    ids=str,
)
def test_wrong_types(simulator: Any, value: Any, path: tuple[str | int, ...]) -> None:
    answer = simulator.post(simulator.payload_with((value, path)))

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in (100, 132000)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b'"x"', b"\xff", b'{"to": "\\ud800"}', b"[" * 100_000],
    ids=["empty", "cut", "array", "string", "no UTF-8", "half a pair", "too deep"],
)
def test_body_that_is_no_json_object(simulator: Any, settings: Any, raw: bytes) -> None:
    headers = {
        "Authorization": f"Bearer {settings.access_token}",
        "Content-Type": "application/json",
    }
    answer = simulator.session.post(simulator.url(), data=raw, headers=headers, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 100


def test_content_type_must_be_json(simulator: Any, settings: Any) -> None:
    headers = {"Authorization": f"Bearer {settings.access_token}"}
    answer = simulator.session.post(simulator.url(), data="{}", headers=headers, timeout=10)

    assert answer.json()["error"]["code"] == 100
    assert "application/json" in answer.json()["error"]["error_data"]["details"]


def test_checks_come_in_the_documented_order(simulator: Any) -> None:
    """Each fault in turn is put right, and the next one shows."""
    body = simulator.payload(code="1234567890123456")
    template = body["template"]
    good_components = template["components"]
    product, to = body.pop("messaging_product"), body["to"]
    body["to"], body["type"] = "abc", "text"
    template["name"], template["components"] = "other", []
    simulator.control(fail_next={"code": 131042, "times": 1})
    repairs: list[Any] = [
        lambda: body.update(messaging_product=product),
        lambda: body.update(to=to),
        lambda: body.update(type="template"),
        lambda: template.update(name="shamrock_auth"),
        lambda: template.update(components=good_components[:1]),
        lambda: template.update(components=good_components),
        lambda: body.update(simulator.payload()),
        lambda: None,
    ]
    codes = []
    for repair in repairs:
        codes.append(simulator.post(body).json()["error"]["code"])
        repair()

    assert codes == [100, 131009, 131047, 132001, 132000, 131008, 132018, 131042]
    assert simulator.post(body).status_code == 200
