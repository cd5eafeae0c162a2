"""A message template as Meta shows it.

An authentication template reads back with a URL button, and its settings in that URL.
Source: "Message templates API", WhatsApp Business Management API; the URL is from live answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from otp_service.whatsapp.authentication_template import CATEGORY, SupportedApp
from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.graph_values import flag, integer, member, members, text

if TYPE_CHECKING:
    from otp_service.whatsapp.graph_values import JsonObject

APPROVED = "APPROVED"
_OTP_PATH = "/otp/code/"


@dataclass(frozen=True)
class TemplateButton:
    """The button of a passcode. `otp_type`: COPY_CODE, ONE_TAP, ZERO_TAP, or one yet unknown."""

    otp_type: str | None
    text: str | None
    autofill_text: str | None
    supported_apps: tuple[SupportedApp, ...]


@dataclass(frozen=True)
class Template:
    """One template in one language. Words are Meta's own; ones not listed here may come.

    `status`: APPROVED, PENDING, REJECTED, PAUSED, DISABLED, IN_APPEAL, PENDING_DELETION, DELETED,
    LIMIT_EXCEEDED, FLAGGED, ARCHIVED, LOCKED. `quality`: GREEN, YELLOW, RED (a pause is near),
    UNKNOWN (every new one); `quality_at`: Unix seconds. `rejected_reason`: NONE,
    ABUSIVE_CONTENT, INVALID_FORMAT, PROMOTIONAL, SCAM, TAG_CONTENT_MISMATCH.
    `button`: None for a template that has no passcode to copy or hand over.
    `code_expiration_minutes`: None for a template without that line. `body`, `footer`: the texts.
    """

    id: str
    name: str
    language: str
    status: str | None
    category: str | None
    previous_category: str | None
    message_send_ttl_s: int | None
    quality: str | None
    quality_at: int | None
    rejected_reason: str | None
    body: str | None
    footer: str | None
    security_recommendation: bool | None
    code_expiration_minutes: int | None
    button: TemplateButton | None

    @property
    def is_sendable(self) -> bool:
        """Whether Meta takes it in a send. A status nobody knows yet counts as no."""
        return self.status == APPROVED

    @property
    def is_authentication(self) -> bool:
        """Whether it may carry a passcode."""
        return (self.category or "").upper() == CATEGORY


def template_from(node: JsonObject) -> Template:
    """Return what `node` says; a member that is absent or odd is None."""
    components = {(text(each, "type") or "").upper(): each for each in members(node, "components")}
    body, footer = components.get("BODY", {}), components.get("FOOTER", {})
    button, settings = _otp_button(components.get("BUTTONS", {}))
    expiration = integer(footer, "code_expiration_minutes")
    quality = member(node, "quality_score")
    return Template(
        id=text(node, "id") or "",
        name=text(node, "name") or "",
        # Webhooks and some answers write en-US.
        language=(text(node, "language") or "").replace("-", "_"),
        status=text(node, "status"),
        category=text(node, "category"),
        previous_category=text(node, "previous_category"),
        message_send_ttl_s=integer(node, "message_send_ttl_seconds"),
        quality=text(quality, "score"),
        quality_at=integer(quality, "date"),
        rejected_reason=text(node, "rejected_reason"),
        body=text(body, "text"),
        footer=text(footer, "text"),
        security_recommendation=flag(body, "add_security_recommendation"),
        code_expiration_minutes=(
            integer(settings, "code_expiration_minutes") if expiration is None else expiration
        ),
        button=button,
    )


def _otp_button(component: JsonObject) -> tuple[TemplateButton | None, JsonObject]:
    """The first button that is about a passcode, and what its URL holds."""
    for button in members(component, "buttons"):
        settings = _url_settings(text(button, "url") or "")
        otp_type = text(button, "otp_type") or text(settings, "otp_type")
        if otp_type is None and (text(button, "type") or "").upper() != "OTP":
            continue
        apps = members(button, "supported_apps") or members(settings, "supported_apps")
        found = TemplateButton(
            otp_type=otp_type and otp_type.upper(),
            text=text(button, "text"),
            autofill_text=text(button, "autofill_text") or text(settings, "cta_display_name"),
            supported_apps=tuple(app for each in apps if (app := _app(each))),
        )
        return found, settings
    return None, {}


def _url_settings(url: str) -> JsonObject:
    """The query of the URL of an OTP button; empty for any other."""
    parts = urlsplit(url)
    if parts.path != _OTP_PATH:
        return {}
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    # A "+" is part of a signature hash, but a space in a label.
    values = [(name, unquote(value)) for name, _, value in pairs]
    packages, hashes = (
        [value for name, value in values if name == wanted]
        for wanted in ("package_name", "signature_hash")
    )
    settings: dict[str, object] = dict(values)
    if "cta_display_name" in settings:
        settings["cta_display_name"] = str(settings["cta_display_name"]).replace("+", " ")
    settings["supported_apps"] = [
        {"package_name": package_name, "signature_hash": signature_hash}
        for package_name, signature_hash in zip(packages, hashes, strict=False)
    ]
    return settings


def _app(node: JsonObject) -> SupportedApp | None:
    try:
        return SupportedApp(text(node, "package_name") or "", text(node, "signature_hash") or "")
    except InvalidArgumentError:
        return None
