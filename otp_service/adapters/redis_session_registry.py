"""SessionRegistry on Redis: a sorted set of live session ids for each number.

An allow-list: when Redis loses its data, sessions end; none comes back to life.
"""

from dataclasses import dataclass

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_scripts import Scripts, store_errors
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.session import Session
from otp_service.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class RedisSessionRegistry:
    scripts: Scripts
    context: AuditContext

    def is_live(self, session: Session) -> bool:
        """One round trip, and one moment: the keys may just be getting another name."""
        keys = [keys.sessions for keys in self.context.ids.all_keys_of(session.phone_id)]
        with store_errors("is_live"):
            if len(keys) == 1:
                return self.scripts.client.zscore(keys[0], session.session_id) is not None
            pipeline = self.scripts.client.pipeline(transaction=True)
            for key in keys:
                pipeline.zscore(key, session.session_id)
            return any(score is not None for score in pipeline.execute())

    def end(self, session: Session, origin: RequestOrigin) -> bool:
        return self._end(Subject(session.phone_id), session.session_id, origin) == 1

    def end_all(self, subject: Subject, origin: RequestOrigin) -> int:
        return self._end(subject, "", origin)

    def _end(self, subject: Subject, session_id: str, origin: RequestOrigin) -> int:
        keys = self.context.keys_of(subject)
        _, ended = self.scripts.run(
            "end_sessions",
            [keys.audit, keys.history, keys.sessions],
            self.context.encode(subject, origin, session_id=session_id),
            session_id,
        )
        return int(ended)
