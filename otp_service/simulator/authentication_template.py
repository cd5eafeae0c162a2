"""What an AUTHENTICATION template demands of a send: the code, in the body and in the button.

Meta, "Authentication templates". Wordings of `details` are those of recorded answers; what is
marked as the simulator's own strictness Meta may let pass.
"""

import re
from collections.abc import Sequence

from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError
from otp_service.simulator.template import Template, TemplateStatus
from otp_service.simulator.template_payload import Component, Parameter, TemplatePayload

_CODE_LIMIT = 15
_FORBIDDEN_SPACE = re.compile(r"[\n\r\t]| {5}")


def check_sendable(payload: TemplatePayload, template: Template | None) -> None:
    """Raises `GraphError` 132015, 132016, or 132001 for anything else but APPROVED."""
    status = template and template.status
    if status is TemplateStatus.PAUSED:
        raise GraphError.of(132015)
    if status is TemplateStatus.DISABLED:
        raise GraphError.of(132016)
    if status is not TemplateStatus.APPROVED:
        raise GraphError.of(
            132001, f"template name ({payload.name}) does not exist in {payload.language}"
        )


def read_code(components: Sequence[Component]) -> str:
    """The code a send carries. Raises `GraphError` 131008, 132000, 132012, 132018."""
    body = _body_parameter(components)
    button = _button_parameter(components)
    in_body = _text_of(body, "body")
    in_button = _text_of(button, "buttons")
    _check_code(in_body, "body")
    _check_code(in_button, "buttons")
    if in_body != in_button:
        raise GraphError.of(
            132018, f"buttons: the code differs from the code in the body {OWN_STRICTNESS}"
        )
    return in_body


def _body_parameter(components: Sequence[Component]) -> Parameter:
    for component in components:
        if component.type not in ("body", "button") and component.parameters:
            raise _wrong_count(component.type, len(component.parameters), expected=0)
    parameters = [
        parameter
        for component in components
        if component.type == "body"
        for parameter in component.parameters
    ]
    if len(parameters) != 1:
        raise _wrong_count("body", len(parameters), expected=1)
    return parameters[0]


def _button_parameter(components: Sequence[Component]) -> Parameter:
    buttons = [component for component in components if component.type == "button"]
    first = [button for button in buttons if button.index == 0]
    if any(button.sub_type != "url" for button in first):
        raise GraphError.of(132018, "buttons: Button at index 0 must be of type Url")
    if len(first) < len(buttons):
        raise GraphError.of(
            132018, f"buttons: the template has one button, at index 0 {OWN_STRICTNESS}"
        )
    parameters = [parameter for button in first for parameter in button.parameters]
    if not parameters:
        raise GraphError.of(131008, "buttons: Button at index 0 of type Url requires a parameter")
    if len(parameters) > 1:
        raise _wrong_count("buttons", len(parameters), expected=1)
    return parameters[0]


def _wrong_count(place: str, given: int, *, expected: int) -> GraphError:
    return GraphError.of(
        132000,
        f"{place}: number of localizable_params ({given}) does not match the expected number of "
        f"params ({expected})",
    )


def _text_of(parameter: Parameter, place: str) -> str:
    if parameter.type != "text":
        raise GraphError.of(132012, f"{place}: Parameter at index 0 must be of type text")
    if not parameter.text:
        raise GraphError.of(131008, "Parameter of type text is missing text value")
    return parameter.text


def _check_code(code: str, place: str) -> None:
    # Meta numbers the one parameter 1 here, although it counts from 0 elsewhere.
    if len(code) > _CODE_LIMIT:
        raise GraphError.of(
            132018,
            f"{place}: Parameter at index 1 exceeds the parameter length limit {_CODE_LIMIT}",
        )
    if _FORBIDDEN_SPACE.search(code):
        raise GraphError.of(
            132018,
            "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        )
