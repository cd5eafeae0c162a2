"""What Meta's webhooks tell of a template that changed.

Meta, "Webhooks, message_template_status_update, message_template_quality_update,
message_template_components_update, template_category_update".
"""

from typing import Any

from otp_service.simulator.account import AccountChange
from otp_service.simulator.template import Quality, Template
from otp_service.simulator.template_texts import body_text, footer_text


def changes_between(before: Template, after: Template) -> list[AccountChange]:
    """In the order in which they are told."""
    changes = []
    if after.status is not before.status:
        changes.append(status_change(after, after.status))
    if after.quality is not before.quality:
        changes.append(_quality_change(after, before.quality))
    if after.category != before.category:
        changes.append(_category_change(after))
    if after.content != before.content:
        changes.append(_components_change(after))
    return changes


def status_change(template: Template, event: str) -> AccountChange:
    """`event`: the new status, in Meta's words."""
    value = _named(template) | {
        "event": event,
        "reason": template.rejected_reason,
        "message_template_category": template.category,
    }
    if event == "PAUSED":
        value["other_info"] = {"title": "FIRST_PAUSE"}
    return AccountChange("message_template_status_update", value)


def _quality_change(template: Template, previous: Quality) -> AccountChange:
    scores = {
        "previous_quality_score": str(previous),
        "new_quality_score": str(template.quality),
    }
    return AccountChange("message_template_quality_update", scores | _named(template))


def _category_change(template: Template) -> AccountChange:
    categories = {
        "previous_category": template.previous_category,
        "new_category": template.category,
    }
    return AccountChange("template_category_update", categories | _named(template))


def _components_change(template: Template) -> AccountChange:
    """Somebody edited what it says or does: all of the text, changed or not."""
    content, language = template.content, template.language
    body = body_text(language, with_security=content.add_security_recommendation)
    texts = {"message_template_element": body}
    if content.code_expiration_minutes is not None:
        footer = footer_text(language, content.code_expiration_minutes)
        texts |= {"message_template_footer": footer}
    return AccountChange("message_template_components_update", _named(template) | texts)


def _named(template: Template) -> dict[str, Any]:
    # The id is a number here and a string everywhere else.
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
