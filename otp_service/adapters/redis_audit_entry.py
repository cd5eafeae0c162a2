"""One entry of an audit stream: its place among all shards' events, and what it says."""

from typing import NamedTuple

import structlog

from otp_service.adapters.redis_record_ids import RecordIds
from otp_service.domain.audit import AuditEvent, AuditRecord, Outcome

_log = structlog.get_logger(__name__)


class Position(NamedTuple):
    """Where an event stands among those of all shards: by time, then shard, then sequence."""

    at_ms: int
    shard: int
    sequence: int


class Entry(NamedTuple):
    """`fields` by their names in AuditRecord; none for an event that is no longer there."""

    position: Position
    fields: dict[str, str]


def position_of(shard: int, entry_id: str) -> Position:
    at_ms, _, sequence = entry_id.partition("-")
    return Position(int(at_ms), shard, int(sequence))


def record_of(entry: Entry, ids: RecordIds) -> AuditRecord | None:
    """With the person named as callers know them.

    None for what no version of this service can have written; that is logged.
    """
    (at_ms, shard, sequence), fields = entry
    attempt = fields.get("attempt_number")
    try:
        return AuditRecord(
            event_id=f"{shard:02d}:{at_ms}-{sequence}",
            at_ms=at_ms,
            event=AuditEvent(fields["event"]),
            outcome=Outcome(fields["outcome"]),
            reason=fields["reason"],
            phone_id=ids.user_id_of(fields["phone_id"]),
            masked_phone=fields["masked_phone"],
            country=fields["country"],
            client_id=ids.client_of(fields["client_id"]),
            ip=fields["ip"],
            user_agent=fields["user_agent"],
            request_id=fields["request_id"],
            http_request_id=fields["http_request_id"],
            message_id=fields["message_id"],
            attempt_number=int(attempt) if attempt else None,
            session_id=fields["session_id"],
            chain=fields["chain"],
        )
    except (KeyError, ValueError):
        # Somebody else wrote into the stream: that must not hide all the other events.
        _log.error("audit_event_unreadable", shard=shard, event_id=f"{at_ms}-{sequence}")
        return None
