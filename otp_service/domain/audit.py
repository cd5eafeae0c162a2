"""The audit's vocabulary: what can happen, and how each happening is written down."""

from dataclasses import dataclass
from enum import StrEnum


class AuditEvent(StrEnum):
    SEND_REQUESTED = "send_requested"
    RESEND_REQUESTED = "resend_requested"
    SEND_REFUSED = "send_refused"
    PASSCODE_ISSUED = "passcode_issued"
    SEND_ACCEPTED = "send_accepted"
    SEND_FAILED = "send_failed"
    SEND_UNCONFIRMED = "send_unconfirmed"
    DELIVERY_SENT = "delivery_sent"
    DELIVERY_DELIVERED = "delivery_delivered"
    DELIVERY_READ = "delivery_read"
    DELIVERY_FAILED = "delivery_failed"
    PASSCODE_DISOWNED = "passcode_disowned"
    NUMBER_FLAGGED = "number_flagged"
    IDENTITY_CHANGED = "identity_changed"
    IDENTITY_ACCEPTED = "identity_accepted"
    TRUST_ENDED = "trust_ended"
    ATTEMPT_COUNTED = "attempt_counted"
    ATTEMPT_REFUSED = "attempt_refused"
    ATTEMPT_REJECTED = "attempt_rejected"
    NUMBER_LOCKED = "number_locked"
    LOCKOUT_CLEARED = "lockout_cleared"
    LOGIN_SUCCEEDED = "login_succeeded"
    SESSION_REVOKED = "session_revoked"
    SESSIONS_ENDED = "sessions_ended"
    ROLE_SET = "role_set"
    ROLE_REMOVED = "role_removed"
    PERSON_ERASED = "person_erased"
    AUDIT_TRIMMED = "audit_trimmed"


class Outcome(StrEnum):
    """`pending` is a step whose end is another event; `refused` never reached a comparison."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class RefusalReason(StrEnum):
    """Why a request was turned away before anything was sent or compared."""

    COUNTRY = "country_not_allowed"
    CAPACITY = "capacity"
    CIRCUIT_OPEN = "circuit_open"
    LOCKED = "locked"
    STOPPED = "stopped"
    IN_PROGRESS = "in_progress"
    NONE_ALIVE = "none_alive"
    OTHER_REQUEST = "other_request"
    TRIES_SPENT = "tries_spent"
    ALREADY_USED = "already_used"
    TEST_NUMBER = "test_number"
    IDENTITY_CHANGED = "identity_changed"


# OWASP Logging Vocabulary names, for the security monitoring that reads them.
OWASP_NAMES = {
    AuditEvent.ATTEMPT_REJECTED: "authn_login_fail",
    AuditEvent.NUMBER_LOCKED: "authn_login_lock",
    AuditEvent.LOGIN_SUCCEEDED: "authn_login_success",
    AuditEvent.SESSION_REVOKED: "authn_token_revoked",
    AuditEvent.SESSIONS_ENDED: "authn_token_revoked",
    AuditEvent.ROLE_SET: "authz_change",
    AuditEvent.ROLE_REMOVED: "authz_change",
}


def owasp_name(event: AuditEvent, reason: str) -> str | None:
    """The OWASP Logging Vocabulary name of an event, None where it has none."""
    if event is AuditEvent.SEND_REFUSED and reason.startswith("rate_limited"):
        return "excess_rate_limit_exceeded"
    if event is AuditEvent.ATTEMPT_REFUSED and reason == RefusalReason.TRIES_SPENT:
        return "authn_login_fail_max"
    return OWASP_NAMES.get(event)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One event as it is kept. `event_id` is its place in its shard's stream, `at_ms` Unix ms.

    Holds the pseudonym and the masked number only; `request_id` is the login's `requestId`,
    `message_id` the pseudonym of Meta's wamid, `chain` the link of the shard's event before it.
    """

    event_id: str
    at_ms: int
    event: AuditEvent
    outcome: Outcome
    reason: str
    phone_id: str
    masked_phone: str
    country: str
    client_id: str
    ip: str
    user_agent: str
    request_id: str
    http_request_id: str
    message_id: str
    attempt_number: int | None
    session_id: str
    chain: str

    @property
    def owasp(self) -> str | None:
        return owasp_name(self.event, self.reason)
