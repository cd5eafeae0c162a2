"""The `template` object of a send: its structure, before any template is looked up.

Meta, "Cloud API, Messages, template object". Which parameters the template wants is decided in
`authentication_template`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.parameters import (
    JsonObject,
    as_object,
    one_of,
    only_keys,
    optional_list,
    required_object,
    required_text,
)

_COMPONENT_TYPES = ("BODY", "BUTTON", "HEADER", "CAROUSEL", "LIMITED_TIME_OFFER")
_SUB_TYPES = (
    "BOOKING_CONFIRMATION",
    "CATALOG",
    "COPY_CODE",
    "FLOW",
    "MPM",
    "ORDER_DETAILS",
    "QUICK_REPLY",
    "REMINDER",
    "URL",
    "VOICE_CALL",
)
_PARAMETER_TYPES = (
    "ACTION",
    "COUPON_CODE",
    "CURRENCY",
    "DATE_TIME",
    "DOCUMENT",
    "IMAGE",
    "LOCATION",
    "PAYLOAD",
    "TEXT",
    "VIDEO",
)


@dataclass(frozen=True)
class Parameter:
    """`type` in lowercase; `text` None when absent or not a string."""

    type: str
    text: str | None


@dataclass(frozen=True)
class Component:
    """`type` and `sub_type` in lowercase; `sub_type` and `index` for buttons only."""

    type: str
    sub_type: str | None
    index: int | None
    parameters: Sequence[Parameter]


@dataclass(frozen=True)
class TemplatePayload:
    name: str
    language: str
    components: Sequence[Component]


def read_template(body: JsonObject) -> TemplatePayload:
    """Raises `GraphError` 100 for whatever is missing, of the wrong type or misspelled."""
    template = required_object(body, "template", "template")
    name = required_text(template, "name", "template['name']")
    language = _read_language(template)
    only_keys(template, ("name", "language", "components", "namespace"), "template")
    components = optional_list(template, "components", "template['components']")
    return TemplatePayload(
        name=name,
        language=language,
        components=[
            _read_component(component, f"template['components'][{position}]")
            for position, component in enumerate(components)
        ],
    )


def _read_language(template: JsonObject) -> str:
    if template.get("language") is None:
        raise GraphError.required("template['language']['code']")
    language = required_object(template, "language", "template['language']")
    code = required_text(language, "code", "template['language']['code']")
    only_keys(language, ("code", "policy"), "template['language']")
    if language.get("policy") is not None:
        one_of(language["policy"], ("DETERMINISTIC",), "template['language']['policy']")
    return code


def _read_component(value: object, path: str) -> Component:
    component = as_object(value, path)
    required_text(component, "type", f"{path}['type']")
    kind = one_of(component["type"], _COMPONENT_TYPES, f"{path}['type']")
    sub_type = index = None
    if kind == "button":
        required_text(component, "sub_type", f"{path}['sub_type']")
        sub_type = one_of(component["sub_type"], _SUB_TYPES, f"{path}['sub_type']")
        index = _read_index(component, f"{path}['index']")
    only_keys(component, ("type", "sub_type", "index", "parameters", "cards"), path)
    parameters = optional_list(component, "parameters", f"{path}['parameters']")
    return Component(
        type=kind,
        sub_type=sub_type,
        index=index,
        parameters=[
            _read_parameter(parameter, f"{path}['parameters'][{position}]")
            for position, parameter in enumerate(parameters)
        ],
    )


def _read_index(button: JsonObject, path: str) -> int:
    """Meta's pages show both `"0"` and `0`."""
    index = button.get("index")
    if index is None:
        raise GraphError.required(path)
    if isinstance(index, str) and index.isascii() and index.isdecimal() and len(index) < 3:
        return int(index)
    if isinstance(index, int) and not isinstance(index, bool):
        return index
    raise GraphError.parameter(f"Param {path} must be an integer.")


def _read_parameter(value: object, path: str) -> Parameter:
    parameter = as_object(value, path)
    required_text(parameter, "type", f"{path}['type']")
    kind = one_of(parameter["type"], _PARAMETER_TYPES, f"{path}['type']")
    text = parameter.get("text")
    if text is not None and not isinstance(text, str):
        raise GraphError.parameter(f"Param {path}['text'] must be a string.")
    if kind == "text":
        only_keys(parameter, ("type", "text", "parameter_name"), path)
    return Parameter(type=kind, text=text)
