"""What ends trust in a number within a step that is too frequent to wait for replicas each time.

Such a step says so in its answer, and only then this one is added, which waits.
"""

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_scripts import Scripts
from otp_service.domain.subject import Subject


def hold_refusal(scripts: Scripts, context: AuditContext, subject: Subject) -> None:
    """Wait until as many replicas as are asked for know that the number is refused.

    One round trip, or none where none are asked for; nothing for a number that is open. Raise
    StoreUnavailableError.
    """
    if not scripts.waits:
        return
    keys = context.keys_of(subject)
    scripts.run("hold_refusal", [keys.audit, keys.history, keys.identity], context.about(subject))
