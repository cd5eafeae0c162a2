"""IdentityStore on Redis: what is known of the person behind a number. Each step is one script."""

from dataclasses import dataclass

import structlog

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_delivery_store import META
from otp_service.adapters.redis_scripts import Scripts
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.identity import Acceptance, Owner, SystemNews
from otp_service.domain.roles import DEFAULT_ROLE, Role
from otp_service.domain.subject import Subject

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RedisIdentityStore:
    scripts: Scripts
    context: AuditContext

    def accept(self, subject: Subject, owner: Owner, origin: RequestOrigin) -> Acceptance:
        keys = self.context.keys_of(subject)
        done, was_refused, previous, ended = self.scripts.run(
            "accept_identity",
            [
                keys.audit,
                keys.history,
                keys.identity,
                keys.former_owners,
                keys.sessions,
                keys.roles,
                *keys.passcodes,
            ],
            self.context.encode(subject, origin),
            owner,
            DEFAULT_ROLE,
        )
        return Acceptance(
            owner, done == "accepted", was_refused == 1, Role(str(previous)), int(ended)
        )

    def distrust(self, subject: Subject, news: SystemNews) -> None:
        keys = self.context.keys_of(subject)
        state, *_ = self.scripts.run(
            "distrust_number",
            [keys.audit, keys.history, keys.deliveries, keys.sessions, *keys.passcodes],
            self.context.encode(subject, META, message_id=news.message_id),
            news.kind,
            news.told_at_s,
        )
        _log.info("identity_news", kind=news.kind, phone=subject.masked_phone, outcome=state)
