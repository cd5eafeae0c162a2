"""What to do so that Meta has the authentication template that is declared.

Source: "Template management", WhatsApp Business Management API.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from otp_service.whatsapp.authentication_template import (
    AuthenticationContent,
    OtpType,
    checked_languages,
    checked_name,
    checked_send_ttl,
)
from otp_service.whatsapp.templates import create_template, update_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.template import Template

_CHANGEABLE = frozenset({"APPROVED", "REJECTED", "PAUSED"})


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
    """`wait`: Meta reviews or deletes it, or closed it; nothing can be changed now."""

    NOTHING = "nothing"
    CREATE = "create"
    UPDATE = "update"
    WAIT = "wait"


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
    rows = [
        ("category", "AUTHENTICATION", template.category),
        ("button", str(content.button.otp_type), button.otp_type if button else "none"),
        ("code_expiration_minutes", content.code_expiration_minutes, _minutes(template)),
        (
            "security_recommendation",
            content.security_recommendation,
            template.security_recommendation,
        ),
        ("message_send_ttl_s", declared.message_send_ttl_s, template.message_send_ttl_s),
    ]
    if button is not None and content.button.otp_type is not OtpType.COPY_CODE:
        ours = sorted(app.package_name for app in content.button.supported_apps)
        theirs = sorted(app.package_name for app in button.supported_apps)
        rows.append(("supported_apps", ", ".join(ours), ", ".join(theirs)))
    return tuple(
        Difference(part, str(wanted), str(has))
        for part, wanted, has in rows
        if has is not None and wanted != has
    )


def _minutes(template: Template) -> int | str:
    return template.code_expiration_minutes or "none"


def _step(declared: DeclaredTemplate, language: str, template: Template | None) -> Step:
    if template is None or template.status == "DELETED":
        return Step(language, Act.CREATE, (), None)
    found = differences(declared, template)
    if not found:
        return Step(language, Act.NOTHING, (), template)
    act = Act.UPDATE if template.status in _CHANGEABLE else Act.WAIT
    return Step(language, act, found, template)
