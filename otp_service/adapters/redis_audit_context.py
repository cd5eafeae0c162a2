"""The part of an audit event that the caller knows, as the scripts take it (their ARGV[1])."""

import json
from dataclasses import dataclass

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.subject import Subject

# Long enough to tell devices apart; a stored event has to stay small.
MAX_USER_AGENT_CHARS = 120


@dataclass(frozen=True, slots=True)
class AuditContext:
    """`retention_ms` is how long events are kept."""

    retention_ms: int

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
                "phone_id": subject.phone_id,
                "masked_phone": subject.masked_phone,
                "country": subject.country,
                "client_id": origin.client_id,
                "ip": origin.ip,
                "user_agent": origin.user_agent[:MAX_USER_AGENT_CHARS],
                "request_id": request_id,
                "http_request_id": origin.http_request_id,
                "message_id": message_id,
                "session_id": session_id,
            }
        )
