"""One number's events, found by its history: nobody else's are looked at."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from otp_service.adapters.redis_audit_context import number_context
from otp_service.adapters.redis_audit_entry import Entry, position_of
from otp_service.adapters.redis_audit_window import Window
from otp_service.adapters.redis_record_ids import RecordIds
from otp_service.adapters.redis_scripts import Scripts

# A page of the usual size needs one round trip, and no script holds Redis up for long.
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class NumberHistory:
    scripts: Scripts
    ids: RecordIds
    phone_id: str

    def newest_first(self, window: Window) -> Iterator[Entry]:
        """Without fields where the event is gone: erased, or older than the retention.

        Raise StoreUnavailableError, when consumed.
        """
        keys = self.ids.keys_of(self.phone_id)
        about = json.dumps(number_context(self.ids, self.phone_id))
        shard = keys.shard.shard
        end = window.end_in(shard)
        while True:
            found: Any = self.scripts.run(
                "read_history", [keys.audit, keys.history], about, *end, window.since_ms, _CHUNK
            )
            for entry_id, flat in found:
                fields = dict(zip(flat[::2], flat[1::2], strict=True))
                position = position_of(shard, entry_id)
                end = position.at_ms, position.sequence
                yield Entry(position, fields)
            if len(found) < _CHUNK:
                return
