"""Reading the audit from its oldest end, following its newest, and dropping what is too old."""

import itertools

import pytest

from otp_service.adapters.redis_keys import ShardKeys
from otp_service.adapters.redis_scripts import Scripts
from otp_service.domain.audit_query import EventFilter
from tests.integration.audit.logins import retention_of

LOGINS, EVENTS_OF_A_LOGIN = 60, 6


@pytest.fixture
def full(office):
    for index in range(LOGINS):
        office.log_in(index)
    return office


def test_an_export_has_every_event_once_oldest_first(full):
    exported = list(full.audit.export(None, None))
    assert len(exported) == LOGINS * EVENTS_OF_A_LOGIN
    assert exported == full.events(EventFilter())[::-1]


def test_shards_much_longer_than_a_chunk_are_merged_in_order(office):
    """One shard has all its events between those of the others, some have none."""
    office.log_in(1)
    ((_, fields),) = office.client.xrevrange(office.number(1).keys.audit, count=1)
    office.client.flushall()
    pipeline = office.client.pipeline(transaction=False)
    for at_ms in range(1, 2_000):
        pipeline.xadd(ShardKeys(2).audit, fields, id=f"{at_ms}-0")
        if at_ms % 9 == 0:
            pipeline.xadd(ShardKeys(9).audit, fields, id=f"{at_ms}-0")
        if at_ms % 700 == 0:
            pipeline.xadd(ShardKeys(1).audit, fields, id=f"{at_ms}-0")
    pipeline.execute()
    expected = [
        f"{shard:02d}:{at_ms}-0"
        for at_ms in range(1, 2_000)
        for shard, every in ((1, 700), (2, 1), (9, 9))
        if at_ms % every == 0
    ]
    assert [record.event_id for record in office.audit.export(None, None)] == expected
    assert [record.event_id for record in office.events(EventFilter())] == expected[::-1]


def test_an_export_is_read_as_it_is_consumed(full):
    rows = full.audit.export(None, None)
    first = list(itertools.islice(rows, 3))
    full.client.flushall()
    assert len(first + list(rows)) <= LOGINS * EVENTS_OF_A_LOGIN


def test_a_shard_of_later_events_is_not_read_ahead(office):
    """However the events are spread, an export holds few of them."""
    office.log_in(1)
    ((_, fields),) = office.client.xrevrange(office.number(1).keys.audit, count=1)
    office.client.flushall()
    pipeline = office.client.pipeline(transaction=False)
    for at_ms in range(1, 2_001):
        pipeline.xadd(ShardKeys(2).audit, fields, id=f"{at_ms}-0")
        pipeline.xadd(ShardKeys(9).audit, fields, id=f"{at_ms + 10_000}-0")
    pipeline.execute()
    rows = office.audit.export(None, None)
    early = list(itertools.islice(rows, 2_000))
    office.client.delete(ShardKeys(9).audit)
    assert {record.event_id[:2] for record in early} == {"02"}
    assert 0 < len(list(rows)) < 500


def test_an_export_keeps_to_its_period(full):
    every = list(full.audit.export(None, None))
    middle = f"{every[len(every) // 2].at_ms / 1000:.3f}"
    halves = [*full.audit.export(None, middle), *full.audit.export(middle, None)]
    assert halves == every


def test_a_tail_tells_only_what_is_new_once_and_in_order(full):
    tail = full.audit.new_tail()
    assert tail.new_events() == []
    full.log_in(1)
    full.log_in(LOGINS + 1)
    new = tail.new_events()
    assert new == full.events(EventFilter())[: 2 * EVENTS_OF_A_LOGIN][::-1]
    assert tail.new_events() == []


def test_a_tail_of_an_empty_audit_begins_with_its_first_event(office):
    tail = office.audit.new_tail()
    office.log_in(1)
    office.client.xadd(ShardKeys(4).audit, {"event": "surprise"})
    assert len(tail.new_events()) == EVENTS_OF_A_LOGIN


def test_trimming_drops_exactly_what_is_older_than_the_retention(office):
    hour_ms = 3_600_000
    now_ms = int(office.now_s() * 1000)
    office.log_in(1)
    keys = office.number(1).keys
    ((_, fields),) = office.client.xrevrange(keys.audit, count=1)
    office.client.delete(keys.audit, keys.history)
    # A minute of room at the edge, for the clock does not stand still.
    old = [f"{now_ms - hour_ms - 60_000}-{sequence}" for sequence in range(2_500)]
    young = [f"{now_ms - hour_ms + 60_000}-0"]
    pipeline = office.client.pipeline(transaction=False)
    for entry_id in old + young:
        pipeline.xadd(keys.audit, fields, id=entry_id)
        pipeline.rpush(keys.history, entry_id)
    pipeline.execute()
    for index in range(20):
        office.log_in(index)
    kept = 20 * EVENTS_OF_A_LOGIN + len(young)

    retention = retention_of(Scripts(office.client), hour_ms)
    trimmed = retention.trim()
    assert (trimmed.events, trimmed.history_places) == (len(old), len(old))
    # One more in the shard that something was dropped from: it says so.
    assert len(office.events(EventFilter())) == kept + 1
    assert office.client.lindex(keys.history, 0) == young[0]
    again = retention.trim()
    assert (again.events, again.history_places) == (0, 0)


def test_trimming_a_young_audit_drops_nothing(full):
    trimmed = full.audit.trim()
    assert (trimmed.events, trimmed.history_places) == (0, 0)
    assert len(full.events(EventFilter())) == LOGINS * EVENTS_OF_A_LOGIN
