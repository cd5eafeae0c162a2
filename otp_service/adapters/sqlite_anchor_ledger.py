"""AnchorLedger in a temporary SQLite database: years of logged anchors need no memory."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from otp_service.domain.audit_seal import Anchor, read_anchor

_TABLES = """
CREATE TABLE anchors (
  shard INTEGER, first_ms INTEGER, first_seq INTEGER, last_ms INTEGER, last_seq INTEGER,
  stored INTEGER, logged INTEGER, fields TEXT, seal TEXT PRIMARY KEY
);
CREATE INDEX anchors_by_first ON anchors (shard, first_ms, first_seq);
CREATE INDEX anchors_by_last ON anchors (shard, last_ms, last_seq);
"""
_NEWEST_FIRST = "ORDER BY last_ms DESC, last_seq DESC LIMIT 1"


class SqliteAnchorLedger:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_TABLES)

    def add_anchor(self, anchor: Anchor, *, stored: bool) -> None:
        places = (*anchor.first_id, *anchor.last_id)
        self._database.execute(
            "INSERT INTO anchors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET stored = max(stored, excluded.stored),"
            " logged = max(logged, excluded.logged)",
            (anchor.shard, *places, stored, not stored, json.dumps(anchor.fields()), anchor.seal),
        )

    def newest_before(self, shard: int, instant_ms: int) -> Anchor | None:
        return self._anchor(f"last_ms < ? {_NEWEST_FIRST}", shard, instant_ms)

    def newest(self, shard: int) -> Anchor | None:
        return self._anchor(f"? {_NEWEST_FIRST}", shard, 1)

    def not_stored(self, shard: int, instant_ms: int) -> Anchor | None:
        condition = "NOT stored AND last_ms >= ? ORDER BY last_ms, last_seq LIMIT 1"
        return self._anchor(condition, shard, instant_ms)

    def anchors_since(self, shard: int, instant_ms: int) -> Iterator[Anchor]:
        yield from self._anchors("last_ms >= ? ORDER BY first_ms, first_seq", shard, instant_ms)

    def forget_stored(self, shard: int) -> None:
        # Logged ones stay; whether they are stored is looked at again.
        self._database.execute("DELETE FROM anchors WHERE shard = ? AND NOT logged", (shard,))
        self._database.execute("UPDATE anchors SET stored = 0 WHERE shard = ?", (shard,))

    def _anchor(self, condition: str, shard: int, instant_ms: int) -> Anchor | None:
        return next(self._anchors(condition, shard, instant_ms), None)

    def _anchors(self, condition: str, shard: int, instant_ms: int) -> Iterator[Anchor]:
        # `condition` is one of the constants above, never anybody's input.
        query = f"SELECT fields FROM anchors WHERE shard = ? AND {condition}"  # noqa: S608
        for (fields,) in self._database.execute(query, (shard, instant_ms)):
            yield read_anchor(json.loads(fields))


@contextmanager
def temporary_anchor_ledger() -> Iterator[SqliteAnchorLedger]:
    """An empty ledger that is gone after the block; SQLite moves it to disk when it grows."""
    with closing(sqlite3.connect("")) as database:
        yield SqliteAnchorLedger(database)
