"""Whose login a `requestId` was: the id says when it was made, the audit says by whom."""

from collections.abc import Iterator
from itertools import pairwise

import redis

from otp_service.adapters.redis_audit_merge import oldest_first
from otp_service.adapters.redis_audit_window import Window
from otp_service.adapters.redis_record_ids import RecordIds
from otp_service.domain.audit import AuditEvent
from otp_service.domain.challenge import instant_of

# The id's clock is a process's, the audit's is Redis': they agree to the second, or nearly never.
_CLOCKS_APART_MS = (0, 1_000, 15_000, 60_000, 300_000)
# Anybody may name any id in an attempt; only a send makes one.
_OF_ANYBODY = frozenset({AuditEvent.ATTEMPT_REFUSED})
LARGEST_CLOCK_ERROR_MS = _CLOCKS_APART_MS[-1]


def phone_id_of(client: redis.Redis, ids: RecordIds, request_id: str) -> str | None:
    """None when no event of the minutes around its making names it.

    Raise StoreUnavailableError.
    """
    made_at_s = instant_of(request_id)
    if made_at_s is None:
        return None
    for window in _around(int(made_at_s * 1000)):
        for entry in oldest_first(client, window):
            fields = entry.fields
            if fields.get("request_id") == request_id and fields["event"] not in _OF_ANYBODY:
                return ids.user_id_of(fields["phone_id"])
    return None


def _around(made_at_ms: int) -> Iterator[Window]:
    """Nearest first, and no moment twice."""
    for near, far in pairwise(_CLOCKS_APART_MS):
        yield Window(made_at_ms + near, made_at_ms + far)
        yield Window(max(0, made_at_ms - far), made_at_ms - near)
