"""What an operator has to know: news of Meta's side, and what we see of our own."""

from dataclasses import dataclass
from enum import StrEnum


class OperatorEventKind(StrEnum):
    """Meta's are named as the webhook fields that tell of them; those after them are ours."""

    TEMPLATE_STATUS = "message_template_status_update"
    TEMPLATE_QUALITY = "message_template_quality_update"
    TEMPLATE_COMPONENTS = "message_template_components_update"
    TEMPLATE_CATEGORY = "template_category_update"
    NUMBER_QUALITY = "phone_number_quality_update"
    NUMBER_NAME = "phone_number_name_update"
    CAPABILITY = "business_capability_update"
    ACCOUNT_UPDATE = "account_update"
    ACCOUNT_ALERT = "account_alerts"
    ACCOUNT_REVIEW = "account_review_update"
    SECURITY = "security"
    KEY_GUESSING = "api_key_guessing"
    META_AWAY = "meta_away"
    PUMPING = "pumping"
    SEND_CEILING = "send_ceiling"
    LOCKOUT_WAVE = "lockout_wave"
    IDENTITY_CHANGED = "identity_changed"
    HEALTH = "health"


class Severity(StrEnum):
    """`critical`: logins stop, or are about to."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class OperatorEvent:
    """One happening, Meta's in its own words.

    `at_ms` is Unix ms; `detail` holds no person's data.
    """

    kind: OperatorEventKind
    severity: Severity
    at_ms: int
    detail: dict[str, str]
