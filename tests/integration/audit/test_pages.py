"""Pages of events: newest first over all shards, each event once, whatever arrives meanwhile."""

import threading

import pytest
from structlog.testing import capture_logs

from otp_service.adapters import redis_audit_reader
from otp_service.adapters.redis_keys import NumberKeys, ShardKeys
from otp_service.domain.audit import AuditEvent, Outcome
from otp_service.domain.audit_query import EventFilter, EventSearch, Period
from otp_service.domain.errors import InvalidRequestError
from otp_service.simulator.wamid import new_wamid
from tests.integration.audit.logins import Office, phone

ANY = EventFilter()
EVENTS_OF_A_LOGIN = 6


def order_of(record):
    shard, at_ms, sequence = record.event_id.replace(":", "-").split("-")
    return int(at_ms), int(shard), int(sequence)


def test_nothing_is_an_empty_page_without_another(office):
    page = office.audit.page(ANY, 50)
    assert (page.events, page.next_cursor) == ((), None)


@pytest.mark.parametrize("limit", [1, 7, 50, 200])
def test_every_event_of_every_shard_is_on_one_page_newest_first(office, limit):
    for index in range(20):
        office.log_in(index)
    pages = office.pages(ANY, limit)
    events = [record for page in pages for record in page.events]
    assert len(events) == len({record.event_id for record in events}) == 20 * EVENTS_OF_A_LOGIN
    assert [order_of(one) for one in events] == sorted(map(order_of, events), reverse=True)
    assert len({record.event_id[:2] for record in events}) > 5, "several shards"
    assert {len(page.events) for page in pages[:-1]} <= {limit}
    assert len(pages) == -(-len(events) // limit)


def test_a_record_is_what_was_written(office):
    request_id = office.log_in(1)
    newest = office.audit.page(ANY, 1).events[0]
    assert (newest.event, newest.outcome) == (AuditEvent.LOGIN_SUCCEEDED, Outcome.SUCCESS)
    assert (newest.reason, newest.country) == ("indemnitor", "US")
    assert newest.phone_id == office.number(1).subject.phone_id
    assert newest.masked_phone == "+1******0001"
    assert newest.request_id == request_id
    assert (newest.client_id, newest.ip) == ("gas", "203.0.113.7")
    assert (newest.user_agent, newest.http_request_id) == ("Phone/1", "http-1")
    assert newest.attempt_number == 1
    assert newest.session_id == f"session of {request_id}"
    assert len(newest.chain) == 40
    assert newest.owasp == "authn_login_success"
    assert abs(newest.at_ms / 1000 - office.now_s()) < 60


def test_events_that_arrive_between_pages_shift_nothing(office):
    for index in range(8):
        office.log_in(index)
    first = office.audit.page(ANY, 200)
    expected = [record.event_id for record in first.events]
    read, cursor = [], None
    for step in range(1_000):
        page = office.audit.page(ANY, 5, cursor)
        read += [record.event_id for record in page.events]
        cursor = page.next_cursor
        if cursor is None:
            break
        office.log_in(100 + step)
    assert read == expected


@pytest.mark.parametrize("of_number", [True, False])
def test_pages_hold_still_while_others_write(office, of_number):
    for _ in range(6):
        office.log_in(1)
        office.log_in(2)
    wanted = EventFilter(phone_id=office.number(1).subject.phone_id) if of_number else ANY
    expected = [record.event_id for record in office.events(wanted)]
    done = threading.Event()

    def write():
        while not done.is_set():
            office.log_in(1)

    writer = threading.Thread(target=write)
    # The place is taken before the writing begins: only what came before it counts.
    first = office.audit.page(wanted, 1)
    writer.start()
    try:
        read, cursor = [first.events[0].event_id], first.next_cursor
        while cursor is not None:
            page = office.audit.page(wanted, 2, cursor)
            read += [record.event_id for record in page.events]
            cursor = page.next_cursor
    finally:
        done.set()
        writer.join()
    assert read == expected


def test_events_of_one_millisecond_are_told_apart_by_shard_and_sequence(office):
    office.log_in(1)
    ((_, fields),) = office.client.xrevrange(office.number(1).keys.audit, count=1)
    for shard in (0, 3, 15):
        for sequence in (1, 2):
            office.client.xadd(ShardKeys(shard).audit, fields, id=f"99999999999999-{sequence}")
    wanted = EventFilter(period=Period(since_ms=99_999_999_999_999))
    for limit in (1, 2, 3, 4, 5, 200):
        assert [record.event_id for record in office.events(wanted, limit)] == [
            f"{shard:02d}:99999999999999-{sequence}" for shard in (15, 3, 0) for sequence in (2, 1)
        ]


@pytest.mark.parametrize("of_number", [True, False])
def test_a_period_begins_with_its_first_millisecond_and_ends_before_its_last(office, of_number):
    office.log_in(1)
    wanted = EventFilter(phone_id=office.number(1).subject.phone_id) if of_number else ANY
    times = sorted(record.at_ms for record in office.events(wanted))
    first, last = times[0], times[-1]
    phone_id = wanted.phone_id

    def found(since_ms, until_ms):
        period = Period(since_ms, until_ms)
        records = office.events(EventFilter(phone_id=phone_id, period=period))
        return sorted(record.at_ms for record in records)

    assert found(first, last + 1) == times
    assert found(first, last) == [at_ms for at_ms in times if at_ms < last]
    assert found(first + 1, last + 1) == [at_ms for at_ms in times if at_ms > first]
    assert found(last + 1, None) == found(None, first) == found(0, 0 + 1) == []


def test_a_page_looks_at_so_many_events_and_leads_on(office):
    wamid = new_wamid(phone(1)[1:])
    request_id = office.log_in(1, wamid)
    number = office.number(1)
    ((_, fields),) = office.client.xrevrange(number.keys.audit, count=1)
    pipeline = office.client.pipeline(transaction=False)
    looked_at = redis_audit_reader.EVENTS_LOOKED_AT
    for _ in range(looked_at):
        pipeline.xadd(ShardKeys(0).audit, {**fields, "ip": "192.0.2.1"})
    pipeline.execute()
    wanted = EventFilter(event=AuditEvent.PASSCODE_ISSUED)
    sizes = [len(page.events) for page in office.pages(wanted, 10)]
    assert sizes == [0, 1]
    # What tells whose events are meant leads to them at once.
    for search in (
        EventSearch(phone=phone(1)),
        EventSearch(wamid=wamid),
        EventSearch(request_id=request_id),
    ):
        assert office.audit.page(office.audit.filter_of(search), 10).events


def test_an_event_that_is_gone_from_the_stream_is_left_out(office):
    for _ in range(20):
        office.log_in(1)
    keys: NumberKeys = office.number(1).keys
    ids = office.client.lrange(keys.history, 0, -1)
    office.client.xdel(keys.audit, *ids[:40], *ids[60:70])
    wanted = EventFilter(phone_id=office.number(1).subject.phone_id)
    shard = keys.shard.shard
    kept = [f"{shard:02d}:{event_id}" for event_id in ids[40:60] + ids[70:]][::-1]
    with capture_logs() as logs:
        for limit in (3, 200):
            assert [record.event_id for record in office.events(wanted, limit)] == kept
    assert logs == []


def test_what_somebody_else_wrote_into_a_stream_hides_nothing(office):
    office.log_in(1)
    office.client.xadd(ShardKeys(4).audit, {"event": "surprise"})
    office.client.xadd(ShardKeys(5).audit, {"other": "fields"})
    with capture_logs() as logs:
        assert len(office.events(ANY)) == EVENTS_OF_A_LOGIN
    assert {(log["event"], log["shard"]) for log in logs} == {
        ("audit_event_unreadable", 4),
        ("audit_event_unreadable", 5),
    }
    assert len(office.events(ANY, 1)) == EVENTS_OF_A_LOGIN


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "A" * 24, "AQAAAAAAAAAA_wAAAAAAAAAA", "é" * 24, "AQ" + "A" * 21, "A" * 100],
    ids=["empty", "short", "version", "shard", "no ASCII", "cut", "long"],
)
@pytest.mark.parametrize("phone_id", [None, "a" * 24])
def test_a_cursor_that_is_none_of_ours_is_refused(office: Office, cursor, phone_id):
    with pytest.raises(InvalidRequestError, match="cursor must be"):
        office.audit.page(EventFilter(phone_id=phone_id), 5, cursor)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_has_at_least_one_and_at_most_two_hundred_events(office: Office, limit):
    with pytest.raises(InvalidRequestError, match="limit must be 1 to 200"):
        office.audit.page(ANY, limit)
