"""A template as it reads back: its fields, and components in which the OTP button is a URL.

Meta, "Message templates API". The shape of the URL is that of recorded answers.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from otp_service.simulator.graph_fields import Field, FieldReader, pick
from otp_service.simulator.template import OtpButton, OtpType, Template
from otp_service.simulator.template_texts import (
    autofill_text,
    body_text,
    copy_code_text,
    footer_text,
)

NODE_TYPE = "WhatsAppMessageTemplate"
DEFAULT_FIELDS = (
    "name",
    "components",
    "language",
    "status",
    "category",
    "message_send_ttl_seconds",
    "previous_category",
    "id",
)


def _components(template: Template) -> list[dict[str, Any]]:
    content, language = template.content, template.language
    body = {
        "type": "BODY",
        "text": body_text(language, with_security=content.add_security_recommendation),
        "add_security_recommendation": content.add_security_recommendation,
        "example": {"body_text": [["123456"]]},
    }
    components: list[dict[str, Any]] = [body]
    minutes = content.code_expiration_minutes
    if minutes is not None:
        footer = footer_text(language, minutes)
        components.append({"type": "FOOTER", "text": footer, "code_expiration_minutes": minutes})
    button = _url_button(content.button, language, minutes)
    return [*components, {"type": "BUTTONS", "buttons": [button]}]


def _url_button(button: OtpButton, language: str, minutes: int | None) -> dict[str, Any]:
    url = f"https://www.whatsapp.com/otp/code/?{urlencode(_query(button, language, minutes))}"
    return {
        "type": "URL",
        "text": button.text or copy_code_text(language),
        "url": f"{url}&code=otp{{{{1}}}}",
        "example": [f"{url}&code=otp123456"],
    }


def _query(button: OtpButton, language: str, minutes: int | None) -> list[tuple[str, str]]:
    query = [("otp_type", str(button.otp_type))]
    if minutes is not None:
        query.append(("code_expiration_minutes", str(minutes)))
    if button.otp_type is not OtpType.COPY_CODE:
        query.append(("cta_display_name", button.autofill_text or autofill_text(language)))
    for app in button.supported_apps:
        query += [("package_name", app.package_name), ("signature_hash", app.signature_hash)]
    return query


_READERS: dict[str, Callable[[Template], Any]] = {
    "id": lambda template: template.id,
    "name": lambda template: template.name,
    "language": lambda template: template.language,
    "status": lambda template: template.status,
    "category": lambda template: template.category,
    "components": _components,
    "message_send_ttl_seconds": lambda template: template.message_send_ttl_s,
    "previous_category": lambda template: template.previous_category,
    "sub_category": lambda _: None,
    "quality_score": lambda template: {
        "score": template.quality,
        "date": template.quality_at,
    },
    "rejected_reason": lambda template: template.rejected_reason,
    "parameter_format": lambda _: "POSITIONAL",
}


def template_node(template: Template, fields: list[Field]) -> dict[str, Any]:
    """Raises `GraphError` 100 for a field the node does not have."""

    def reader(name: str) -> FieldReader:
        return lambda _: _READERS[name](template)

    return pick(fields, {name: reader(name) for name in _READERS}, NODE_TYPE)


def check_fields(fields: list[Field]) -> None:
    """Raises as `template_node` does, also where there is no template to read."""
    pick(fields, dict.fromkeys(_READERS, lambda _: None), NODE_TYPE)
