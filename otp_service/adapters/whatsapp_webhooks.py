"""Meta's webhooks made ours: reports for the deliveries, news for the operator."""

import hmac
import time
from dataclasses import dataclass, field

import structlog

from otp_service.domain.delivery import DeliveryReport, DeliveryState, MessageLabel
from otp_service.domain.delivery_service import DeliveryService
from otp_service.domain.errors import (
    DeliveryError,
    DeliveryFailedError,
    DeliveryUnavailableError,
    RecipientUnreachableError,
)
from otp_service.domain.health import HealthReports
from otp_service.domain.operator_event import (
    OperatorEvent,
    OperatorEventKind,
    Severity,
    severity_of,
)
from otp_service.domain.ports import OperatorJournal
from otp_service.domain.subject import Pseudonyms
from otp_service.whatsapp.error_codes import Kind, lookup
from otp_service.whatsapp.webhooks import AccountChange, MessageStatus, is_signed, parse_webhook

_FAILURES: dict[Kind, type[DeliveryError]] = {
    Kind.RECIPIENT: RecipientUnreachableError,
    Kind.OPERATOR: DeliveryFailedError,
    Kind.PLATFORM: DeliveryUnavailableError,
}
_LEVELS = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "error"}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WhatsAppWebhooks:
    """What the webhook route needs. Nothing of a body is believed before `is_signed`."""

    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    pseudonyms: Pseudonyms
    deliveries: DeliveryService
    journal: OperatorJournal
    reports: HealthReports

    def is_verify_token(self, token: str) -> bool:
        """In constant time."""
        given = token.encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self.verify_token.encode())

    def is_signed(self, raw: bytes, signature: str) -> bool:
        """In constant time."""
        return is_signed(self.app_secret, raw, signature)

    def receive(self, raw: bytes) -> None:
        """Take in one signed body; may be repeated without harm. Raise StoreUnavailableError."""
        webhook = parse_webhook(raw)
        reports = []
        for status in webhook.statuses:
            report = self._report(status)
            if report is None:
                # Of a message that is no passcode, or of another system on this number.
                webhook.ignore("status_of_others")
            else:
                reports.append(report)
        self.deliveries.report(reports)
        for press in webhook.disowned:
            self.deliveries.disown(press.wamid, f"+{press.sender}" if press.sender else None)
        for change in webhook.account_changes:
            self._record(change)
        if webhook.account_changes:
            self.reports.ask()
        self.journal.note_webhook(webhook.ignored)

    def _report(self, status: MessageStatus) -> DeliveryReport | None:
        label = MessageLabel.decode(status.callback_data or "")
        if label is None:
            return None
        return DeliveryReport(
            label=label,
            message_id=self.pseudonyms.message_id_of(status.wamid),
            state=DeliveryState(status.status),
            reported_at_s=status.timestamp,
            failure=_failure(status, label) if status.status == "failed" else "",
        )

    def _record(self, change: AccountChange) -> None:
        kind = OperatorEventKind(change.webhook_field)
        severity = severity_of(kind, change.detail)
        now_s = time.time()
        # No later than now: an instant of a far year is none that a page could show.
        at_s = now_s if change.occurred_at is None else min(change.occurred_at, now_s)
        self.journal.record(OperatorEvent(kind, severity, int(at_s * 1000), change.detail))
        getattr(_log, _LEVELS[severity])("operator_event", kind=kind, detail=change.detail)


def _failure(status: MessageStatus, label: MessageLabel) -> str:
    """What the audit and the login screen say of it; the operator's line is logged."""
    if status.error_code is None:
        return DeliveryFailedError().audit_reason
    row = lookup(status.error_code)
    _log.log(
        40 if row.alert or row.stop else 30,
        "whatsapp_delivery_failed",
        phone=label.subject.masked_phone,
        login_request_id=label.challenge_id,
        meta_code=row.code,
        summary=row.title,
        every_send_fails=row.stop,
    )
    return _FAILURES[row.kind](meta_code=row.code).audit_reason
