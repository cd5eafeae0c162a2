"""What the operator is told before people call: the ceiling, lock-outs, what stops every login."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from otp_service.adapters.redis_audit_counters import RedisAuditCounters
from otp_service.adapters.redis_health_reports import RedisHealthReports
from otp_service.adapters.redis_keys import ShardKeys
from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.domain.health import Finding, Gravity, HealthReport
from otp_service.domain.operator_event import OperatorEventKind, Severity
from otp_service.domain.operator_watch import OperatorWatch
from otp_service.domain.send_ceiling import CeilingUse

if TYPE_CHECKING:
    import redis


@dataclass
class Office:
    """The watch of one instance, and what it has told."""

    store: "redis.Redis"
    used: int = 0
    now: float = field(default_factory=time.time)

    def __post_init__(self):
        self.journal = RedisOperatorJournal(self.store)
        self.reports = RedisHealthReports(self.store)
        counters = RedisAuditCounters(self.store)
        self.watch = OperatorWatch(self, counters, self.reports, self.journal, lambda: self.now)

    def uses(self):
        return [CeilingUse(2_000, 86_400, self.used)]

    def told(self):
        """(kind, severity) of what is new, oldest first."""
        before = len(self.journal.recent(100))
        self.watch.look()
        events = self.journal.recent(100)[: len(self.journal.recent(100)) - before]
        return [(event.kind, event.severity) for event in reversed(events)]


@pytest.fixture
def office(store):
    return Office(store)


def ceiling(severity):
    return (OperatorEventKind.SEND_CEILING, severity)


def test_all_is_well_is_no_news(office):
    assert office.told() == []


def test_the_ceiling_is_told_at_half_at_four_fifths_and_when_it_is_reached_once_each(office):
    steps = {999: [], 1_000: [Severity.INFO], 1_599: [], 1_600: [Severity.WARNING]}
    for used, severities in {**steps, 1_999: [], 2_000: [Severity.CRITICAL]}.items():
        office.used = used
        assert office.told() == [ceiling(severity) for severity in severities], used
        assert office.told() == []
    assert office.journal.recent(1)[0].detail == {
        "percent": "100",
        "used": "2000",
        "limit": "2000",
        "window_s": "86400",
    }


def test_of_several_instances_one_tells_of_the_ceiling_and_again_a_day_later(office, store):
    office.used = 1_000
    other = Office(store, used=1_000)
    assert office.told() == [ceiling(Severity.INFO)]
    assert other.told() == []
    marks = list(store.scan_iter("{otp:operator}:told:*"))
    assert [0 < store.ttl(mark) <= 86_400 for mark in marks] == [True]
    store.delete(*marks)
    assert other.told() == [ceiling(Severity.INFO)]


def test_many_locked_numbers_are_a_wave_and_a_few_are_not(office, store):
    hour = int(office.now) // 3_600
    store.hset(ShardKeys(3).hour_counters(hour), "number_locked|locked|US", 6)
    store.hset(ShardKeys(9).hour_counters(hour - 1), "number_locked|stopped|GB", 3)
    store.hset(ShardKeys(9).hour_counters(hour - 2), "number_locked|stopped|GB", 50)
    assert office.told() == []
    store.hincrby(ShardKeys(4).hour_counters(hour), "number_locked|locked|US", 1)
    assert office.told() == [(OperatorEventKind.LOCKOUT_WAVE, Severity.CRITICAL)]
    assert office.told() == []


def test_numbers_with_another_identity_are_told_once_for_each_hour_and_name_nobody(office, store):
    warned = [(OperatorEventKind.IDENTITY_CHANGED, Severity.WARNING)]
    hour = int(office.now) // 3_600
    store.hset(ShardKeys(3).hour_counters(hour - 2), "identity_changed||US", 1)
    assert office.told() == []
    store.hset(ShardKeys(3).hour_counters(hour), "identity_changed||US", 1)
    assert office.told() == warned
    store.hset(ShardKeys(9).hour_counters(hour), "identity_changed||MX", 2)
    assert office.told() == Office(store).told() == []
    # Of the hour before, as when it happened after its last look.
    store.hset(ShardKeys(9).hour_counters(hour - 1), "identity_changed||US", 1)
    assert office.told() == warned
    for event, at in zip(office.journal.recent(2), (hour - 1, hour), strict=True):
        begun = datetime.fromtimestamp(at * 3_600, UTC)
        assert event.detail == {"hour": f"{begun:%Y-%m-%dT%H:%MZ}"}


def test_what_stops_every_login_and_a_dying_token_are_told(office):
    findings = (
        Finding("template_approved", Gravity.FATAL, "Meta paused the template."),
        Finding("token_expiry", Gravity.WARNING, "The token ends in three days."),
        Finding("number_quality", Gravity.WARNING, "The number's quality is low."),
        Finding("account", Gravity.GOOD, "All is well."),
    )
    office.reports.finish(HealthReport(int(office.now), findings), 1)
    assert office.told() == [
        (OperatorEventKind.HEALTH, Severity.CRITICAL),
        (OperatorEventKind.HEALTH, Severity.WARNING),
    ]
    assert office.journal.recent(2)[1].detail["check"] == "template_approved"
    assert office.told() == []
