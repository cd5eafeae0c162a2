"""What an auditor may ask for, and what is said about the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.domain.audit import AuditEvent, Outcome
from otp_service.domain.audit_query import (
    END_OF_TIME_MS,
    EventFilter,
    Period,
    read_client,
    read_event,
    read_ip,
    read_outcome,
    read_period,
    read_phone_id,
    read_request_id,
    read_wamid,
)
from otp_service.domain.errors import InvalidRequestError

READERS = [
    read_client,
    read_event,
    read_ip,
    read_outcome,
    read_phone_id,
    read_request_id,
    read_wamid,
]


@pytest.mark.parametrize("read", READERS)
def test_what_was_not_said_is_not_asked_for(read):
    assert read(None) is None


def test_nothing_said_wants_every_event():
    assert EventFilter().exact() == {}
    assert read_period(None, None) == Period(None, None)


def test_what_is_said_is_what_the_events_fields_must_be():
    wanted = EventFilter(
        phone_id="a" * 24,
        event=AuditEvent.ROLE_SET,
        outcome=Outcome.SUCCESS,
        client_id="cli",
        ip="::1",
        request_id="r",
        message_id="m",
        period=Period(1, 2),
        likely_phone_id="b" * 24,
    )
    assert wanted.exact() == {
        "phone_id": "a" * 24,
        "event": "role_set",
        "outcome": "success",
        "client_id": "cli",
        "ip": "::1",
        "request_id": "r",
        "message_id": "m",
    }


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("0", 0),
        ("1795248000", 1_795_248_000_000),
        ("1795248000.123", 1_795_248_000_123),
        ("2026-11-21T08:00:00Z", 1_795_248_000_000),
        ("2026-11-21T08:00:00.5Z", 1_795_248_000_500),
        ("2026-11-21T03:00:00-05:00", 1_795_248_000_000),
        ("2026-11-21T08:00:00", 1_795_248_000_000),
        ("2026-11-21 08:00", 1_795_248_000_000),
        ("2026-11-21", 1_795_219_200_000),
    ],
)
def test_a_moment_is_iso_8601_or_unix_seconds(text, expected_ms):
    assert read_period(text, None) == Period(expected_ms, None)


@pytest.mark.parametrize(
    "text",
    ["", " ", "now", "-1", "1e9", "٣", "2026-13-01", "2026-11-21T25:00", "9" * 30, "\x00"],
)
def test_anything_else_is_no_moment(text):
    with pytest.raises(InvalidRequestError, match="until must be ISO 8601"):
        read_period(None, text)


@pytest.mark.parametrize("text", ["1969-12-31", "0001-01-01T00:00:00+14:00", "999999999999"])
def test_a_moment_before_or_after_all_events_is_out_of_range(text):
    with pytest.raises(InvalidRequestError, match="since is out of range"):
        read_period(text, None)


@given(st.integers(0, END_OF_TIME_MS - 1))
def test_a_millisecond_given_in_unix_seconds_is_that_millisecond(at_ms):
    assert read_period(f"{at_ms // 1000}.{at_ms % 1000:03d}", None).since_ms == at_ms


@pytest.mark.parametrize(("since", "until"), [("2", "1"), ("1", "1"), ("2026-11-21", "1")])
def test_a_period_has_to_end_after_it_begins(since, until):
    with pytest.raises(InvalidRequestError, match="until must be after since"):
        read_period(since, until)


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (read_event, "login", "event must be one of: send_requested, "),
        (read_outcome, "Success", "outcome must be one of: pending, "),
        (read_phone_id, "+12395550100", "userId must be"),
        (read_phone_id, "A" * 24, "userId must be"),
        (read_phone_id, "a" * 24 + "\n", "userId must be"),
        (read_request_id, "", "requestId must be"),
        (read_request_id, "a b", "requestId must be"),
        (read_request_id, "a" * 65, "requestId must be"),
        (read_client, "", "client must have 1 to 64"),
        (read_client, "c" * 65, "client must have 1 to 64"),
        (read_wamid, "", "wamid must have 1 to 512"),
        (read_wamid, "w" * 513, "wamid must have 1 to 512"),
        (read_ip, "192.0.2.256", "ip must be"),
        (read_ip, "example.com", "ip must be"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(read, text, reason):
    with pytest.raises(InvalidRequestError, match=reason):
        read(text)


@pytest.mark.parametrize(
    ("text", "kept"), [(" 192.0.2.7 ", "192.0.2.7"), ("2001:DB8:0::1", "2001:db8::1")]
)
def test_an_address_is_read_in_any_spelling(text, kept):
    assert read_ip(text) == kept
