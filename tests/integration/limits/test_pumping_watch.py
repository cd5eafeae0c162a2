"""The watch for pumping over several instances and a real Redis."""

import pytest

from otp_service.adapters.guarded_send_limiter import GuardedSendLimiter
from otp_service.adapters.redis_audit_counters import RedisAuditCounters
from otp_service.adapters.redis_keys import ShardKeys
from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.adapters.redis_send_cohorts import RedisSendCohorts
from otp_service.domain.challenge import RequestOrigin, SendTicket, new_challenge_id
from otp_service.domain.errors import PumpingError, StoreUnavailableError
from otp_service.domain.operator_event import OperatorEventKind, Severity
from otp_service.domain.pumping import PumpingGuard
from otp_service.domain.pumping_watch import PumpingWatch
from otp_service.domain.subject import Subject
from tests.integration.store.servers import client_of

BRITON, AMERICAN = Subject("b" * 24, country="GB"), Subject("a" * 24, country="US")
HERE = RequestOrigin("gas", end_user_ip="203.0.113.7")
NEXT_DOOR = RequestOrigin("gas", end_user_ip="203.0.113.200")
ELSEWHERE = RequestOrigin("gas", end_user_ip="198.51.100.1")
UNKNOWN = RequestOrigin("gas")


class Instance:
    """A process of the service at a time of the test's choice."""

    def __init__(self, client, guard=PumpingGuard.DENY):
        self.client, self.now = client, 1_800_000_000.0
        self.watch = PumpingWatch(
            guard,
            RedisSendCohorts(client),
            RedisAuditCounters(client),
            RedisOperatorJournal(client),
            600,
            lambda: self.now,
        )

    def send(self, times, subject=BRITON, origin=UNKNOWN, *, verified=0):
        for number in range(times):
            challenge_id = new_challenge_id(self.now)
            self.watch.sent(challenge_id, subject, origin)
            if number < verified:
                self.watch.verified(challenge_id, subject, origin)

    def later(self, minutes):
        self.now += minutes * 60
        self.watch.judge()

    def refusal(self, subject=BRITON, origin=UNKNOWN):
        try:
            self.watch.admit(subject, origin)
        except PumpingError as refusal:
            return refusal
        return None


@pytest.fixture
def instance(gate):
    return Instance(gate.client)


def test_a_pumped_country_is_closed_and_others_are_not(instance):
    instance.send(50)
    instance.later(12)
    refusal = instance.refusal()
    assert (refusal.scope, refusal.audit_reason) == ("global", "rate_limited:pumping")
    assert instance.refusal(AMERICAN) is None


def test_waiting_as_long_as_told_is_enough(instance):
    instance.send(50)
    instance.later(12)
    wait_s = instance.refusal().retry_after_s
    assert 3_000 < wait_s <= 3_720
    instance.later(wait_s / 60)
    assert instance.refusal() is None


def test_a_network_is_closed_with_all_its_addresses(instance):
    instance.send(25, AMERICAN, HERE)
    instance.later(12)
    assert instance.refusal(AMERICAN, NEXT_DOOR).scope == "ip"
    assert instance.refusal(AMERICAN, ELSEWHERE) is None
    assert instance.refusal(AMERICAN) is None


def test_a_rush_that_is_answered_passes(instance):
    instance.send(2_000, AMERICAN, HERE, verified=1_500)
    instance.later(12)
    assert instance.refusal(AMERICAN, HERE) is None


def test_messages_that_meta_refused_are_not_counted(instance, gate):
    limiter = GuardedSendLimiter(instance.watch, gate.limits().limiter)
    for _ in range(50):
        ticket = SendTicket(new_challenge_id(instance.now), BRITON, gate.now_ms(), 0)
        limiter.take(ticket, UNKNOWN).give_back()
    instance.later(12)
    assert instance.refusal() is None
    instance.send(50)
    instance.later(12)
    with pytest.raises(PumpingError):
        limiter.take(SendTicket("x", BRITON, gate.now_ms(), 0), UNKNOWN)


def test_instances_judge_together_what_each_counted(gate):
    first, second = Instance(gate.client), Instance(gate.client)
    first.send(20)
    second.send(20)
    first.later(12)
    assert first.refusal() is None
    second.later(12)
    first.watch.judge()
    assert first.refusal() is not None
    assert second.refusal() is not None


def test_a_login_anywhere_answers_a_message_sent_anywhere(gate):
    first, second = Instance(gate.client), Instance(gate.client)
    for _ in range(60):
        challenge_id = new_challenge_id(first.now)
        first.watch.sent(challenge_id, BRITON, UNKNOWN)
        second.watch.verified(challenge_id, BRITON, UNKNOWN)
    second.watch.judge()
    first.later(12)
    assert first.refusal() is None


def test_what_is_settled_is_remembered_and_judged_on(instance):
    instance.send(50)
    instance.later(20)
    for key in instance.client.scan_iter("{otp:pumping}:cohort:*"):
        instance.client.delete(key)
    instance.later(1)
    assert instance.refusal() is not None


def test_two_weeks_of_conversion_decide_what_is_usual(gate):
    day = 1_800_000_000 // 86_400 - 3
    figures = {"send_accepted||GB": 1_000, "login_succeeded|indemnitor|GB": 600}
    gate.client.hset(ShardKeys(3).day_counters(day), mapping=figures)
    instance = Instance(gate.client)
    instance.send(100, verified=25)
    instance.later(12)
    assert instance.refusal() is None
    strict = Instance(gate.client)
    gate.client.hset(ShardKeys(3).day_counters(day), "login_succeeded|indemnitor|GB", 950)
    strict.later(12)
    assert strict.refusal() is not None


def test_the_operator_is_told_once_an_hour_of_each_scope(instance):
    instance.send(50)
    instance.later(12)
    instance.later(1)
    (event,) = RedisOperatorJournal(instance.client).recent(10)
    assert (event.kind, event.severity) == (OperatorEventKind.PUMPING, Severity.CRITICAL)
    assert event.detail == {"scope": "country:GB", "guard": "deny"}


def test_recording_tells_and_refuses_nothing(gate):
    instance = Instance(gate.client, PumpingGuard.RECORD)
    instance.send(50)
    instance.later(12)
    assert instance.refusal() is None
    assert RedisOperatorJournal(gate.client).recent(10)


def test_switched_off_it_keeps_and_asks_nothing(gate):
    instance = Instance(gate.client, PumpingGuard.OFF)
    instance.send(50)
    instance.later(12)
    assert instance.refusal() is None
    assert list(gate.client.scan_iter()) == []


def test_every_key_has_a_ttl(instance):
    instance.send(3, origin=HERE)
    instance.later(1)
    keys = list(instance.client.scan_iter())
    assert len(keys) == 1
    assert all(0 < instance.client.ttl(key) <= 7_200 for key in keys)


def test_what_could_not_be_handed_over_is_handed_over_later(instance, gate, tmp_path):
    instance.send(50)
    with client_of(f"unix://{tmp_path}/away.sock") as away:
        instance.watch.cohorts = RedisSendCohorts(away)
        with pytest.raises(StoreUnavailableError):
            instance.watch.judge()
    instance.watch.cohorts = RedisSendCohorts(gate.client)
    instance.later(12)
    assert instance.refusal() is not None


def test_an_id_that_is_none_of_ours_is_not_counted(instance):
    instance.watch.sent("none of ours", BRITON, HERE)
    instance.later(1)
    assert list(instance.client.scan_iter()) == []
