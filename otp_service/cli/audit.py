"""`otp-service audit`: follow the audit, take it away, drop what is too old."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

import click

from otp_service.cli.audit_verify import audit_verify
from otp_service.cli.commands import stop
from otp_service.cli.running import services
from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_query import EventFilter
from otp_service.domain.audit_service import MAX_PAGE_EVENTS
from otp_service.http_api.audit_answers import iso_time
from otp_service.http_api.audit_export import ExportFormat, exported, ndjson_line

_LOOK_EVERY_S = 0.5


@click.group()
def audit() -> None:
    """What happened, to whom, when."""


audit.add_command(audit_verify)


@audit.command("tail")
@click.option("--follow", "-f", is_flag=True, help="Go on with new events, until Ctrl-C.")
@click.option("--lines", "-n", type=click.IntRange(1, MAX_PAGE_EVENTS), default=20)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def audit_tail(*, follow: bool, lines: int, as_json: bool) -> None:
    """Show the newest events, oldest first."""
    service = services().audit
    # Followed from before the first look: what happens in between is shown, once.
    tail = service.new_tail()
    shown = service.page(EventFilter(), lines).events[::-1]
    _echo(shown, as_json=as_json)
    seen = {record.event_id for record in shown}
    while follow:
        _echo((new for new in tail.new_events() if new.event_id not in seen), as_json=as_json)
        time.sleep(_LOOK_EVERY_S)


@audit.command("export")
@click.option(
    "--format", "format_", type=click.Choice([one.value for one in ExportFormat]), default="ndjson"
)
@click.option("--since", help="ISO 8601 or Unix seconds.")
@click.option("--until", help="ISO 8601 or Unix seconds.")
@click.option("--output", type=click.Path(path_type=Path), help="A new file; else the terminal.")
def audit_export(format_: str, since: str | None, until: str | None, output: Path | None) -> None:
    """Write every event of a period, oldest first."""
    pieces = exported(services().audit.export(since, until), ExportFormat(format_))
    if output is None:
        for piece in pieces:
            click.echo(piece, nl=False)
    else:
        _write(pieces, output)


@audit.command("trim")
def audit_trim() -> None:
    """Drop at once what is older than AUDIT_RETENTION_DAYS."""
    trimmed = services().audit.trim()
    click.echo(f"{trimmed.events} events dropped, {trimmed.history_places} places in histories")
    if trimmed.unsigned:
        shards = ", ".join(f"{shard:02}" for shard in trimmed.unsigned)
        stop(f"Not signed, since the chain does not hold: shards {shards}. See audit verify.")


def _echo(records: Iterable[AuditRecord], *, as_json: bool) -> None:
    for record in records:
        click.echo(ndjson_line(record) if as_json else _line(record))


def _line(record: AuditRecord) -> str:
    what = f"{iso_time(record.at_ms)} {record.event:18} {record.outcome:8}"
    who = f"{record.masked_phone or '-':17} {record.phone_id or '-':24}"
    return f"{what} {who} {record.client_id or '-':10} {record.ip or '-':15} {record.reason}"


def _write(pieces: Iterable[str], output: Path) -> None:
    """Readable by its owner only, and whole or not at all."""
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        stop(f"{output} cannot be made: {error.strerror}.")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        try:
            file.writelines(pieces)
        except BaseException:
            output.unlink()
            raise
