"""How an authentication template will read in each language, asked before it is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.whatsapp.authentication_template import CATEGORY, checked_languages
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import members, text

if TYPE_CHECKING:
    from collections.abc import Collection

    from otp_service.whatsapp.authentication_template import AuthenticationContent
    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.graph_values import JsonObject


@dataclass(frozen=True)
class TemplatePreview:
    """The texts in one language. `body` holds `{{1}}` where the passcode will stand."""

    language: str | None
    body: str | None
    footer: str | None
    button_text: str | None
    autofill_text: str | None


def preview_templates(
    graph: GraphClient,
    business_account_id: str,
    content: AuthenticationContent,
    languages: Collection[str] = (),
) -> list[TemplatePreview]:
    """Return how `content` reads in each of `languages`, or in all of Meta's for none.

    Raises InvalidArgumentError before a call leaves, else what `GraphClient` raises.
    Source: "Template previews", WhatsApp Business Management API.
    """
    query = {
        "category": CATEGORY,
        "add_security_recommendation": "true" if content.security_recommendation else "false",
        "button_types": "OTP",
    }
    if content.code_expiration_minutes is not None:
        query["code_expiration_minutes"] = str(content.code_expiration_minutes)
    if languages:
        query["languages"] = ",".join(checked_languages(languages))
    account = checked_id(business_account_id, "business_account_id")
    answer = graph.get(f"{account}/message_template_previews", query)
    return [_preview(node) for node in members(answer, "data")]


def _preview(node: JsonObject) -> TemplatePreview:
    [button, *_] = members(node, "buttons") or [{}]
    return TemplatePreview(
        language=text(node, "language"),
        body=text(node, "body"),
        footer=text(node, "footer"),
        button_text=text(button, "text"),
        autofill_text=text(button, "autofill_text"),
    )
