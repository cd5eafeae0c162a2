"""Reading the audit, sealing it, proving it, and erasing a person from it."""

import time
from dataclasses import dataclass

from otp_service.adapters.redis_audit_anchoring import RedisAuditAnchoring
from otp_service.adapters.redis_audit_chain import RedisAuditChain
from otp_service.adapters.redis_audit_reader import RedisAuditReader
from otp_service.adapters.redis_audit_retention import RedisAuditRetention
from otp_service.adapters.redis_audit_tail import RedisAuditTail
from otp_service.adapters.redis_keys import SHARDS
from otp_service.adapters.redis_person_store import RedisPersonStore
from otp_service.adapters.sqlite_anchor_ledger import temporary_anchor_ledger
from otp_service.bootstrap.foundation import Foundation
from otp_service.bootstrap.keys import derived_key
from otp_service.domain.audit_seal import SealRing
from otp_service.domain.audit_service import AuditService
from otp_service.domain.audit_verifier import AuditVerifier
from otp_service.domain.privacy import Privacy
from otp_service.whatsapp.wamid import recipient_of


@dataclass(frozen=True, slots=True)
class Auditing:
    service: AuditService
    verifier: AuditVerifier
    privacy: Privacy
    anchoring: RedisAuditAnchoring


def build_auditing(on: Foundation) -> Auditing:
    settings, retention_ms = on.settings, on.context.retention_ms
    seals = SealRing([derived_key(key, "audit-seal") for key in settings.otp_secret_keys])
    # A turn ends before the next round: whoever comes round first then takes the next one.
    anchoring = RedisAuditAnchoring(
        on.scripts,
        seals,
        retention_ms,
        settings.audit_anchor_interval * 0.9,
        time.time,
        on.telemetry.metrics,
    )
    return Auditing(
        service=AuditService(
            numbers=on.numbers,
            pseudonyms=on.pseudonyms,
            reader=RedisAuditReader(on.scripts, on.context.ids),
            counters=on.counters,
            retention=RedisAuditRetention(on.scripts, retention_ms, anchoring),
            new_tail=lambda: RedisAuditTail(on.client, on.context.ids),
            recipient_of=recipient_of,
        ),
        verifier=AuditVerifier(
            RedisAuditChain(on.client), temporary_anchor_ledger, seals, retention_ms, SHARDS
        ),
        privacy=Privacy(
            on.numbers, on.pseudonyms, RedisPersonStore(on.scripts, on.context, seals)
        ),
        anchoring=anchoring,
    )
