"""The part of an audit event that the caller knows, as the scripts take it (their ARGV[1])."""

import json
from dataclasses import dataclass

from otp_service.adapters.redis_keys import NUMBER_KINDS, NumberKeys
from otp_service.adapters.redis_record_ids import UNSEALED, RecordIds
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.subject import Subject

# Long enough to tell devices apart; a stored event has to stay small.
MAX_USER_AGENT_CHARS = 120


@dataclass(frozen=True, slots=True)
class AuditContext:
    """`retention_ms` is how long events are kept; `ids` are how persons are named in Redis."""

    retention_ms: int
    ids: RecordIds = UNSEALED

    def keys_of(self, subject: Subject) -> NumberKeys:
        return self.ids.keys_of(subject.phone_id)

    def encode(
        self,
        subject: Subject,
        origin: RequestOrigin,
        *,
        request_id: str = "",
        message_id: str = "",
        session_id: str = "",
    ) -> str:
        return json.dumps(
            {
                "retention_ms": self.retention_ms,
                **number_context(self.ids, subject.phone_id),
                "masked_phone": subject.masked_phone,
                "country": subject.country,
                "client_id": self.ids.client_as_kept(origin.client_id),
                "ip": origin.ip,
                "user_agent": origin.user_agent[:MAX_USER_AGENT_CHARS],
                "request_id": request_id,
                "http_request_id": origin.http_request_id,
                "message_id": message_id,
                "session_id": session_id,
            }
        )

    def about(self, subject: Subject) -> str:
        """For a script that records nothing."""
        return json.dumps(number_context(self.ids, subject.phone_id))


def number_context(ids: RecordIds, phone_id: str) -> dict[str, object]:
    """Whose keys a script is about, and what else they may be called (see lua/adopt.lua)."""
    others = ids.others_of(phone_id)
    adoption = {"other_ids": others, "kinds": NUMBER_KINDS} if others else {}
    return {"phone_id": ids.id_of(phone_id), **adoption}
