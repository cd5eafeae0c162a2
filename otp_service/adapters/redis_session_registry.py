"""SessionRegistry on Redis: a sorted set of live session ids for each number.

An allow-list: when Redis loses its data, sessions end; none comes back to life.
"""

from dataclasses import dataclass

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_keys import NumberKeys
from otp_service.adapters.redis_scripts import Scripts, store_errors
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.session import Session
from otp_service.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class RedisSessionRegistry:
    scripts: Scripts
    context: AuditContext

    def is_live(self, session: Session) -> bool:
        """One round trip."""
        key = NumberKeys(session.phone_id).sessions
        with store_errors("is_live"):
            return self.scripts.client.zscore(key, session.session_id) is not None

    def end(self, session: Session, origin: RequestOrigin) -> bool:
        return self._end(Subject(session.phone_id), session.session_id, origin) == 1

    def end_all(self, subject: Subject, origin: RequestOrigin) -> int:
        return self._end(subject, "", origin)

    def _end(self, subject: Subject, session_id: str, origin: RequestOrigin) -> int:
        keys = NumberKeys(subject.phone_id)
        _, ended = self.scripts.run(
            "end_sessions",
            [keys.audit, keys.history, keys.sessions],
            self.context.encode(subject, origin, session_id=session_id),
            session_id,
        )
        return int(ended)
