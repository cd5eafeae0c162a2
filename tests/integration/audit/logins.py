"""Whole logins of several numbers on one store, and the audit of them as it is read."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.adapters.redis_audit_anchoring import RedisAuditAnchoring
from otp_service.adapters.redis_audit_counters import RedisAuditCounters
from otp_service.adapters.redis_audit_reader import RedisAuditReader
from otp_service.adapters.redis_audit_retention import RedisAuditRetention
from otp_service.adapters.redis_audit_tail import RedisAuditTail
from otp_service.adapters.redis_scripts import Scripts
from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_query import AuditPage, EventFilter
from otp_service.domain.audit_seal import SealRing
from otp_service.domain.audit_service import AuditService
from otp_service.domain.challenge import new_challenge_id
from otp_service.domain.delivery import DeliveryReport, DeliveryState, MessageLabel
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.subject import Pseudonyms, Subject
from otp_service.whatsapp.wamid import recipient_of
from tests.integration.store.number import ORIGIN, RETENTION_MS, Number

if TYPE_CHECKING:
    import redis

NUMBERS = PhoneNumberReader("US")
PSEUDONYMS = Pseudonyms(b"pseudonym-key")


def phone(index: int) -> str:
    return f"+1239555{index:04d}"


def retention_of(scripts: Scripts, retention_ms: int) -> RedisAuditRetention:
    """With a key of its own to sign what it drops."""
    seals = SealRing([b"k" * 32])
    anchoring = RedisAuditAnchoring(scripts, seals, retention_ms, 60, time.time)
    return RedisAuditRetention(scripts, retention_ms, anchoring)


@dataclass
class Office:
    """`number(3)` is the fourth phone number; `audit` reads what happened to all of them."""

    client: "redis.Redis"

    def __post_init__(self) -> None:
        scripts = Scripts(self.client)
        self.reader = RedisAuditReader(scripts)
        self.audit = AuditService(
            numbers=NUMBERS,
            pseudonyms=PSEUDONYMS,
            reader=self.reader,
            counters=RedisAuditCounters(self.client),
            retention=retention_of(scripts, RETENTION_MS),
            new_tail=lambda: RedisAuditTail(self.client),
            recipient_of=recipient_of,
        )

    def number(self, index: int) -> Number:
        return Number(self.client, PSEUDONYMS.subject_of(NUMBERS.read(phone(index))))

    def log_in(self, index: int, wamid: str = "wamid.none") -> str:
        """A login with a delivered message; return its requestId."""
        number = self.number(index)
        request_id = new_challenge_id(self.now_s())
        ticket = number.arm(request_id)
        message_id = PSEUDONYMS.message_id_of(wamid)
        number.store.confirm_send(ticket, message_id, ORIGIN)
        self.report(number.subject, request_id, DeliveryState.DELIVERED, message_id)
        number.win(number.count(request_id), f"session of {request_id}")
        return request_id

    def report(
        self,
        subject: Subject,
        request_id: str,
        state: DeliveryState,
        message_id: str = "",
        failure: str = "",
    ) -> None:
        label = MessageLabel(request_id, subject)
        report = DeliveryReport(label, message_id, state, int(self.now_s()), failure)
        Number(self.client, subject).deliveries.report([report])

    def now_s(self) -> float:
        seconds, microseconds = self.client.time()
        return float(seconds + microseconds / 1_000_000)

    def pages(self, wanted: EventFilter, limit: int) -> list[AuditPage]:
        pages = [self.audit.page(wanted, limit)]
        while (cursor := pages[-1].next_cursor) is not None:
            pages.append(self.audit.page(wanted, limit, cursor))
        return pages

    def events(self, wanted: EventFilter, limit: int = 200) -> list[AuditRecord]:
        return [record for page in self.pages(wanted, limit) for record in page.events]
