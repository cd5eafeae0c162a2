"""The components of an authentication template as a caller declares them.

Meta, "Authentication templates, create" and "Bulk management". The texts are fixed, so none may
be given but the button's.
"""

import re

from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.parameters import (
    JsonObject,
    as_object,
    one_of,
    only_keys,
    optional_list,
    required_text,
)
from otp_service.simulator.template import OtpButton, OtpType, SupportedApp, TemplateContent
from otp_service.simulator.template_errors import (
    BODY_FORMAT,
    BUTTON_FORMAT,
    FOOTER_FORMAT,
    HEADER_FORMAT,
    field_too_long,
    malformed,
)

_OTP_TYPES = tuple(str(otp_type) for otp_type in OtpType)
_TYPES = ("BODY", "FOOTER", "BUTTONS", "HEADER")
_LONGEST_EXPIRATION_MIN = 90
_LONGEST_LABEL = 25
_MOST_APPS = 5
_LONGEST_PACKAGE = 224
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/=]{11}")
_BUTTON_KEYS = ("type", "otp_type", "supported_apps", "zero_tap_terms_accepted")
_LABELS = ("text", "autofill_text")


def read_components(value: object, *, with_labels: bool = True) -> TemplateContent:
    """Raises `GraphError` 100, with a subcode for the component that is malformed.

    `with_labels`: whether buttons may have a `text`; in bulk management they may not.
    """
    components: dict[str, JsonObject] = {}
    for position, item in enumerate(optional_list({"it": value}, "it", "components")):
        path = f"components[{position}]"
        component = as_object(item, path)
        kind = one_of(component.get("type"), _TYPES, f"{path}['type']")
        if kind in components:
            raise malformed(_SUBCODES[kind], f"There can be one {kind.upper()} component.")
        components[kind] = component
    if "header" in components:
        raise malformed(HEADER_FORMAT, "An authentication template has no header.")
    if "body" not in components:
        raise malformed(BODY_FORMAT, "The BODY component is missing.")
    if "buttons" not in components:
        raise malformed(BUTTON_FORMAT, "An authentication template has one OTP button.")
    return TemplateContent(
        button=_read_button(components["buttons"], with_labels=with_labels),
        add_security_recommendation=_read_body(components["body"]),
        code_expiration_minutes=_read_footer(components.get("footer", {})),
    )


_SUBCODES = {
    "header": HEADER_FORMAT,
    "body": BODY_FORMAT,
    "footer": FOOTER_FORMAT,
    "buttons": BUTTON_FORMAT,
}


def _read_body(body: JsonObject) -> bool:
    if "text" in body:
        raise malformed(BODY_FORMAT, "The text of an authentication template is fixed.")
    only_keys(body, ("type", "add_security_recommendation"), "components['BODY']")
    recommended = body.get("add_security_recommendation", False)
    if not isinstance(recommended, bool):
        raise GraphError.parameter("Param add_security_recommendation must be a boolean.")
    return recommended


def _read_footer(footer: JsonObject) -> int | None:
    if "text" in footer:
        raise malformed(FOOTER_FORMAT, "The footer of an authentication template is fixed.")
    only_keys(footer, ("type", "code_expiration_minutes"), "components['FOOTER']")
    minutes = footer.get("code_expiration_minutes")
    if minutes is None:
        return None
    if type(minutes) is not int or not 1 <= minutes <= _LONGEST_EXPIRATION_MIN:
        raise malformed(
            FOOTER_FORMAT,
            f"code_expiration_minutes must be from 1 to {_LONGEST_EXPIRATION_MIN}.",
        )
    return minutes


def _read_button(component: JsonObject, *, with_labels: bool) -> OtpButton:
    only_keys(component, ("type", "buttons"), "components['BUTTONS']")
    buttons = optional_list(component, "buttons", "buttons")
    if len(buttons) != 1:
        raise malformed(BUTTON_FORMAT, "An authentication template has one OTP button.")
    button = as_object(buttons[0], "buttons[0]")
    one_of(button.get("type"), ("OTP",), "buttons[0]['type']")
    otp_type = OtpType(
        one_of(button.get("otp_type"), _OTP_TYPES, "buttons[0]['otp_type']").upper()
    )
    only_keys(button, _BUTTON_KEYS + (_LABELS if with_labels else ()), "buttons[0]")
    labels = {name: _read_label(button, name) for name in _LABELS}
    apps = _read_apps(button)
    if otp_type is OtpType.COPY_CODE:
        if apps or labels["autofill_text"] is not None:
            raise malformed(BUTTON_FORMAT, "A COPY_CODE button knows no app and no autofill.")
    elif not 1 <= len(apps) <= _MOST_APPS:
        raise malformed(BUTTON_FORMAT, f"supported_apps must have 1 to {_MOST_APPS} elements.")
    if otp_type is OtpType.ZERO_TAP and button.get("zero_tap_terms_accepted") is not True:
        raise malformed(BUTTON_FORMAT, "zero_tap_terms_accepted must be true.")
    return OtpButton(otp_type=otp_type, supported_apps=apps, **labels)


def _read_label(button: JsonObject, name: str) -> str | None:
    if name not in button:
        return None
    label = required_text(button, name, f"buttons[0]['{name}']")
    if len(label) > _LONGEST_LABEL:
        raise field_too_long(name, _LONGEST_LABEL)
    if "{{" in label:
        raise malformed(BUTTON_FORMAT, "A button can have no variables.")
    return label


def _read_apps(button: JsonObject) -> tuple[SupportedApp, ...]:
    apps = optional_list(button, "supported_apps", "supported_apps")
    return tuple(_read_app(app, f"supported_apps[{n}]") for n, app in enumerate(apps))


def _read_app(value: object, path: str) -> SupportedApp:
    app = as_object(value, path)
    only_keys(app, ("package_name", "signature_hash"), path)
    package = required_text(app, "package_name", f"{path}['package_name']")
    if len(package) > _LONGEST_PACKAGE:
        raise field_too_long("package_name", _LONGEST_PACKAGE)
    if not _PACKAGE.fullmatch(package):
        raise malformed(BUTTON_FORMAT, "package_name must be segments joined by dots.")
    signature = required_text(app, "signature_hash", f"{path}['signature_hash']")
    if not _SIGNATURE.fullmatch(signature):
        raise malformed(BUTTON_FORMAT, "signature_hash must be 11 characters of base64.")
    return SupportedApp(package, signature)
