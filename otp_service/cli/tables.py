"""What a command found: as a table for people, or as one JSON object a line for scripts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

_ENDLESS = 10_000


def console() -> Console:
    """One that takes text as it is, and breaks no line that a pipe is given."""
    shown = Console(highlight=False, markup=False, emoji=False)
    if not shown.is_terminal:
        shown.width = _ENDLESS
    return shown


def show_one(record: object, *, as_json: bool) -> None:
    """A dataclass, member under member. What it hides from its repr is not shown."""
    if as_json:
        _echo_json(record)
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _lines(_plain(record)):
        table.add_row(name, value)
    console().print(table)


def show_many(
    records: Iterable[object], *, as_json: bool, columns: Sequence[str] | None = None
) -> None:
    """Dataclasses of one kind, a row each. What they hide from their repr is not shown.

    `columns`: the members a table has room for; JSON has them all.
    """
    found = list(records)
    if as_json:
        for record in found:
            _echo_json(record)
        return
    if not found:
        click.echo("None.")
        return
    rows = [dict(_lines(_plain(record))) for record in found]
    # A column that no row fills would only make the others narrow.
    wanted = columns or [
        name for name in rows[0] if any(row.get(name, "-") != "-" for row in rows)
    ]
    table = Table(box=None, pad_edge=False)
    for name in wanted:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(row.get(name, "-") for name in wanted))
    console().print(table)


def _echo_json(record: object) -> None:
    click.echo(json.dumps(_plain(record)))


def _plain(value: object) -> Any:  # noqa: ANN401  # JSON
    if is_dataclass(value):
        shown = [field.name for field in fields(value) if field.repr]
        return {name: _plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _lines(record: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _lines(value, f"{prefix}{name}.")
        else:
            is_instant = name.endswith("_at") and isinstance(value, int)
            yield f"{prefix}{name}", _instant(value) if is_instant else _text(value)


def _instant(unix_s: int) -> str:
    return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _text(value: object) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_text(v)}" for k, v in value.items() if v not in (None, []))
    return str(value)
