"""Meta's webhooks made ours: reports for the deliveries, news for the operator."""

import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from otp_service.domain.delivery import DeliveryReport, DeliveryState, MessageLabel
from otp_service.domain.delivery_service import DeliveryService
from otp_service.domain.errors import (
    DeliveryError,
    DeliveryFailedError,
    DeliveryUnavailableError,
    IdentityChangedError,
    InvalidPhoneError,
    RecipientUnreachableError,
)
from otp_service.domain.health import HealthReports
from otp_service.domain.identity import IdentityNews, IdentityService
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind
from otp_service.domain.operator_severity import severity_of
from otp_service.domain.ports import OperatorJournal
from otp_service.domain.subject import Pseudonyms
from otp_service.whatsapp.error_codes import IDENTITY_MISMATCH, Kind, lookup
from otp_service.whatsapp.wa_id import dialled_numbers
from otp_service.whatsapp.webhooks import (
    AccountChange,
    MessageStatus,
    PersonChange,
    is_signed,
    parse_webhook,
)

_FAILURES: dict[Kind, type[DeliveryError]] = {
    Kind.RECIPIENT: RecipientUnreachableError,
    Kind.OPERATOR: DeliveryFailedError,
    Kind.PLATFORM: DeliveryUnavailableError,
}
# Meta repeats a webhook that was not answered for up to seven days.
_REPEATED_FOR_S = 7 * 86_400
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WhatsAppWebhooks:
    """What the webhook route needs. Nothing of a body is believed before `is_signed`.

    `keeps_identity`: whether it matters which identity a message came to.
    """

    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    pseudonyms: Pseudonyms
    deliveries: DeliveryService
    identities: IdentityService
    journal: OperatorJournal
    reports: HealthReports
    keeps_identity: bool = False

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
        reports, ours = [], []
        for status in webhook.statuses:
            report = self._report(status)
            if report is None:
                # Of a message that is no passcode, or of another system on this number.
                webhook.ignore("status_of_others")
            else:
                reports.append(report)
                ours.append(status)
        self.deliveries.report(reports)
        self.deliveries.disown(
            [
                (press.wamid, f"+{press.sender}" if press.sender else None)
                for press in webhook.disowned
            ]
        )
        for news in webhook.person_changes:
            if not self._heard(news):
                webhook.ignore("person_unknown")
        for change in webhook.account_changes:
            self._record(change)
        if webhook.account_changes:
            self.reports.ask()
        self.journal.note_webhook(webhook.ignored, identity_told=_told_identity(ours))

    def _heard(self, news: PersonChange) -> bool:
        """False where what Meta says is no phone number."""
        kind, readable = IdentityNews(news.kind), False
        for number in dialled_numbers(news.sender):
            with suppress(InvalidPhoneError):
                self.identities.heard(kind, number, news.wamid, news.timestamp)
                readable = True
        return readable

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
            identity_hash=(self.keeps_identity and status.identity_hash) or "",
        )

    def _record(self, change: AccountChange) -> None:
        kind = OperatorEventKind(change.webhook_field)
        # Meta says what the limit is, not what it was.
        before = self.journal.latest(kind) if kind is OperatorEventKind.CAPABILITY else None
        severity = severity_of(kind, change.detail, before.detail if before else None)
        now_s = time.time()
        # No later than now: an instant of a far year is none that a page could show.
        at_s = now_s if change.occurred_at is None else min(change.occurred_at, now_s)
        event = OperatorEvent(kind, severity, int(at_s * 1000), change.detail)
        if change.occurred_at is None:
            # Nothing tells news from a repetition.
            self.journal.record(event)
        else:
            self.journal.record_once(event, _occasion(change), _REPEATED_FOR_S)


def _occasion(change: AccountChange) -> str:
    told = json.dumps([change.occurred_at, change.detail], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


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
    failure = IdentityChangedError if row.code == IDENTITY_MISMATCH else _FAILURES[row.kind]
    return failure(meta_code=row.code).audit_reason


def _told_identity(statuses: list[MessageStatus]) -> bool | None:
    """Whether Meta says which identity got a message; of one that failed it says so never."""
    told = [status.identity_hash is not None for status in statuses if status.status != "failed"]
    return all(told) if told else None
