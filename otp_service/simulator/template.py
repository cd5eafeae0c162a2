"""One message template as the platform keeps it.

Meta, "Authentication templates" and "Message template, status".
"""

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_SEND_TTL_S = 600


class TemplateStatus(StrEnum):
    """The statuses that can be ordered. Only an APPROVED template can be sent."""

    APPROVED = "APPROVED"
    PENDING = "PENDING"
    REJECTED = "REJECTED"
    PAUSED = "PAUSED"
    DISABLED = "DISABLED"
    IN_APPEAL = "IN_APPEAL"
    PENDING_DELETION = "PENDING_DELETION"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    ARCHIVED = "ARCHIVED"


class Quality(StrEnum):
    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    UNKNOWN = "UNKNOWN"


class OtpType(StrEnum):
    COPY_CODE = "COPY_CODE"
    ONE_TAP = "ONE_TAP"
    ZERO_TAP = "ZERO_TAP"


@dataclass(frozen=True)
class SupportedApp:
    package_name: str
    signature_hash: str


@dataclass(frozen=True)
class OtpButton:
    """`text`, `autofill_text`: None for Meta's own words in the template's language."""

    otp_type: OtpType = OtpType.COPY_CODE
    text: str | None = None
    autofill_text: str | None = None
    supported_apps: tuple[SupportedApp, ...] = ()


@dataclass(frozen=True)
class TemplateContent:
    """What of an authentication template is not fixed."""

    button: OtpButton = OtpButton()
    add_security_recommendation: bool = False
    code_expiration_minutes: int | None = None


@dataclass(frozen=True)
class Template:
    """Instants are Unix seconds.

    `review_ends_at`: None when nothing is under review. `edited_at`: edits made while APPROVED.
    """

    id: str
    name: str
    language: str
    content: TemplateContent
    message_send_ttl_s: int = DEFAULT_SEND_TTL_S
    status: TemplateStatus = TemplateStatus.PENDING
    category: str = "AUTHENTICATION"
    previous_category: str | None = None
    rejected_reason: str = "NONE"
    quality: Quality = Quality.UNKNOWN
    quality_at: int = 0
    review_ends_at: float | None = None
    edited_at: tuple[float, ...] = ()


@dataclass(frozen=True)
class Review:
    """How a review goes: the seconds it takes, and how it ends."""

    after_s: float
    status: TemplateStatus = TemplateStatus.APPROVED
    reason: str = "NONE"


@dataclass(frozen=True)
class Verdict:
    """What Meta decides about a template; None leaves as it is."""

    status: TemplateStatus | None = None
    reason: str | None = None
    quality: Quality | None = None
    category: str | None = None
    content: TemplateContent | None = None
