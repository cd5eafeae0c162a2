"""The audit as a file, a piece at a time: NDJSON for programs, CSV for spreadsheets."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain, islice

from flask import Response

from otp_service.domain.audit import AuditRecord
from otp_service.domain.errors import InvalidRequestError
from otp_service.http_api.audit_answers import EVENT_MEMBERS, event_members

# Rows in one piece: enough that the server's work for a piece does not count.
_ROWS = 200
# What makes a spreadsheet read a cell as a formula, in both widths (OWASP, CSV Injection).
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class ExportFormat(StrEnum):
    NDJSON = "ndjson"
    CSV = "csv"


_MEDIA_TYPES = {
    ExportFormat.NDJSON: "application/x-ndjson",
    ExportFormat.CSV: "text/csv",
}


def read_format(text: str) -> ExportFormat:
    """Raise InvalidRequestError."""
    try:
        return ExportFormat(text)
    except ValueError:
        raise InvalidRequestError(f"format must be one of: {', '.join(ExportFormat)}.") from None


def export_file(records: Iterable[AuditRecord], format_: str) -> Response:
    """The answer that is such a file. Raise InvalidRequestError, and what `records` raises."""
    known = read_format(format_)
    response = Response(exported(records, known), mimetype=_MEDIA_TYPES[known])
    response.headers["Content-Disposition"] = f'attachment; filename="audit.{known}"'
    return response


def exported(records: Iterable[AuditRecord], format_: ExportFormat) -> Iterator[str]:
    """The file in pieces. The first records are read at once, before any piece is asked for.

    So a store that is away is an error here, and no file is begun.
    """
    rows = iter(records)
    first = list(islice(rows, _ROWS))
    return _pieces(chain(first, rows), format_)


def ndjson_line(record: AuditRecord) -> str:
    return json.dumps(event_members(record), separators=(",", ":"))


def _pieces(rows: Iterator[AuditRecord], format_: ExportFormat) -> Iterator[str]:
    if format_ is ExportFormat.CSV:
        yield _csv_text([EVENT_MEMBERS])
    while some := list(islice(rows, _ROWS)):
        if format_ is ExportFormat.CSV:
            yield _csv_text(_cells(row) for row in some)
        else:
            yield "".join(f"{ndjson_line(row)}\n" for row in some)


def _csv_text(rows: Iterable[Iterable[str]]) -> str:
    """RFC 4180, every cell quoted: nothing a caller says can begin another cell."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


def _cells(record: AuditRecord) -> list[str]:
    return [_cell(value) for value in event_members(record).values()]


def _cell(value: str | int | None) -> str:
    """An apostrophe before what a spreadsheet would take for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
