"""What to do so that Meta has the authentication template that is declared.

Source: "Template management", WhatsApp Business Management API.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from otp_service.whatsapp.authentication_template import (
    CATEGORY,
    AuthenticationContent,
    OtpType,
    checked_languages,
    checked_name,
    checked_send_ttl,
)
from otp_service.whatsapp.templates import create_template, update_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from otp_service.whatsapp.authentication_template import SupportedApp
    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.template import Template

_APPROVED, _REJECTED, _PAUSED = "APPROVED", "REJECTED", "PAUSED"
_GONE = "DELETED"
_DISABLED = "DISABLED"
_NONE = "none"


@dataclass(frozen=True)
class DeclaredTemplate:
    """One template, the same in each of `languages`. Raises InvalidArgumentError."""

    name: str
    languages: tuple[str, ...]
    content: AuthenticationContent
    message_send_ttl_s: int

    def __post_init__(self) -> None:
        checked_name(self.name)
        checked_languages(self.languages)
        checked_send_ttl(self.message_send_ttl_s)


@dataclass(frozen=True)
class Difference:
    """One thing that Meta has otherwise. Both sides as an operator reads them."""

    part: str
    declared: str
    at_meta: str


class Act(StrEnum):
    """`wait`: Meta reviews, pauses or deletes it; nothing need or can be changed now.

    `rename`: it can never be what is declared, only a template of another name can.
    """

    NOTHING = "nothing"
    CREATE = "create"
    UPDATE = "update"
    WAIT = "wait"
    RENAME = "rename"


@dataclass(frozen=True)
class Step:
    """What to do for one language. `template` is what Meta has, None when it has none."""

    language: str
    act: Act
    differences: tuple[Difference, ...]
    template: Template | None


def plan_templates(declared: DeclaredTemplate, existing: Iterable[Template]) -> list[Step]:
    """One step for each declared language, in that order."""
    found = {one.language: one for one in existing if one.name == declared.name}
    return [_step(declared, language, found.get(language)) for language in declared.languages]


def apply_step(
    graph: GraphClient, business_account_id: str, declared: DeclaredTemplate, step: Step
) -> None:
    """Create or update what the step says. Raises TemplateError, else as `GraphClient` does."""
    if step.act is Act.CREATE:
        create_template(
            graph,
            business_account_id,
            declared.name,
            step.language,
            declared.content,
            message_send_ttl_s=declared.message_send_ttl_s,
        )
    elif step.act is Act.UPDATE and step.template is not None:
        update_template(
            graph,
            step.template.id,
            content=declared.content,
            message_send_ttl_s=declared.message_send_ttl_s,
        )


def differences(declared: DeclaredTemplate, template: Template) -> tuple[Difference, ...]:
    """What `template` has otherwise; what Meta does not show counts as equal."""
    content, button = declared.content, template.button
    rows: list[tuple[str, object, object]] = [
        ("category", CATEGORY, template.category and template.category.upper()),
        ("button", str(content.button.otp_type), button.otp_type if button else _NONE),
        (
            "code_expiration_minutes",
            content.code_expiration_minutes or _NONE,
            template.code_expiration_minutes or _NONE,
        ),
        (
            "security_recommendation",
            content.security_recommendation,
            template.security_recommendation,
        ),
        ("message_send_ttl_s", declared.message_send_ttl_s, template.message_send_ttl_s),
    ]
    if button is not None and content.button.otp_type is not OtpType.COPY_CODE:
        ours, theirs = _apps(content.button.supported_apps), _apps(button.supported_apps)
        # Such a button has apps, so none in the answer is an answer that does not show them.
        rows.append(("supported_apps", ours, theirs or None))
    return tuple(
        Difference(part, str(wanted), str(has))
        for part, wanted, has in rows
        if has is not None and wanted != has
    )


def _apps(apps: Iterable[SupportedApp]) -> str:
    return ", ".join(sorted(f"{app.package_name}:{app.signature_hash}" for app in apps))


def _step(declared: DeclaredTemplate, language: str, template: Template | None) -> Step:
    if template is None or template.status == _GONE:
        return Step(language, Act.CREATE, (), None)
    found = differences(declared, template)
    return Step(language, _act(template, found), found, template)


def _act(template: Template, found: Sequence[Difference]) -> Act:
    # Meta changes no category, and resumes no template that it disabled.
    if template.status == _DISABLED or any(one.part == "category" for one in found):
        return Act.RENAME
    # A refused one is reviewed again only when it is handed in again.
    if template.status == _REJECTED or (found and template.status in {_APPROVED, _PAUSED}):
        return Act.UPDATE
    return Act.NOTHING if template.status == _APPROVED else Act.WAIT
