"""Which part of the audit is read: a period, and the place of a cursor."""

import base64
import binascii
import struct
from dataclasses import dataclass

from otp_service.adapters.redis_audit_entry import Position
from otp_service.adapters.redis_keys import SHARDS
from otp_service.domain.audit_query import END_OF_TIME_MS, Period
from otp_service.domain.errors import InvalidRequestError

# Version, ms, shard, sequence: 18 bytes are 24 characters without padding.
_LAYOUT = struct.Struct(">BQBQ")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Window:
    """Events at `since_ms` or later, before `until_ms`, and older than the one at `before`."""

    since_ms: int = 0
    until_ms: int = END_OF_TIME_MS
    before: Position | None = None

    def end_in(self, shard: int) -> tuple[int, int]:
        """Milliseconds and sequence that every id of this shard's part is below."""
        end = (self.until_ms, 0)
        if self.before is None:
            return end
        at_ms, of_shard, sequence = self.before
        if shard == of_shard:
            return min(end, (at_ms, sequence))
        # Of two events of one millisecond the higher shard's is the newer one.
        return min(end, (at_ms + 1, 0) if shard < of_shard else (at_ms, 0))


def window_of(period: Period, before: Position | None = None) -> Window:
    until_ms = END_OF_TIME_MS if period.until_ms is None else period.until_ms
    return Window(period.since_ms or 0, until_ms, before)


def encode_cursor(position: Position) -> str:
    """24 characters of base64url; holds nothing that the page's last event does not say."""
    packed = _LAYOUT.pack(_VERSION, *position)
    return base64.urlsafe_b64encode(packed).decode("ascii")


def decode_cursor(cursor: str) -> Position:
    """Raise InvalidRequestError for anything that `encode_cursor` did not make."""
    try:
        version, *place = _LAYOUT.unpack(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, struct.error):
        raise _foreign() from None
    position = Position(*place)
    if version != _VERSION or position.shard >= SHARDS or position.at_ms >= END_OF_TIME_MS:
        raise _foreign()
    return position


def _foreign() -> InvalidRequestError:
    return InvalidRequestError("cursor must be the nextCursor of the page before.")
