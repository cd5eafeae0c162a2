"""What Meta's webhooks tell of a template that changed.

Meta, "Webhooks, message_template_status_update, message_template_quality_update".
"""

from typing import Any

from otp_service.simulator.account import AccountChange
from otp_service.simulator.template import Quality, Template


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


def quality_change(template: Template, previous: Quality) -> AccountChange:
    scores = {
        "previous_quality_score": str(previous),
        "new_quality_score": str(template.quality),
    }
    return AccountChange("message_template_quality_update", scores | _named(template))


def _named(template: Template) -> dict[str, Any]:
    # The id is a number here and a string everywhere else.
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
