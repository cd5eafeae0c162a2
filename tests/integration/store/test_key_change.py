"""Instances with different pseudonym keys take turns at one number and keep it in one place."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
import redis

from otp_service.adapters.redis_number_state import RedisNumberStates
from otp_service.adapters.redis_record_ids import RecordIds, Seal
from otp_service.adapters.redis_rekeying import RedisRekeying
from otp_service.domain.challenge import Grant, LockoutPolicy, SendWaits
from otp_service.domain.errors import ExpiredCodeError, LockedError
from otp_service.domain.roles import Role
from otp_service.domain.subject import Subject
from tests.integration.store.number import MASKED, ORIGIN, Number
from tests.integration.store.race import races, results_of
from tests.integration.store.servers import (
    CLUSTER_OF_SIX,
    DEPLOYED,
    FAKE,
    client_of,
    running_backend,
)

SEAL = Seal("0a0a0a0a", b"1" * 32)
TOLD, CHANGED, NOT_TOLD = RecordIds(coming=SEAL), RecordIds([SEAL]), RecordIds()
NO_WAITS = SendWaits((0,))


@pytest.fixture(scope="module", params=[FAKE, DEPLOYED, CLUSTER_OF_SIX])
def backend(request: pytest.FixtureRequest) -> Iterator[redis.Redis]:
    with running_backend(request.param) as client:
        yield client


@pytest.fixture
def old(backend: redis.Redis) -> Number:
    """The number as an instance sees it that knows the new key and writes with the old one."""
    backend.flushall()
    return Number(backend, waits=NO_WAITS, ids=TOLD)


@pytest.fixture
def new(old: Number) -> Number:
    return replace(old, ids=CHANGED)


@pytest.fixture
def ignorant(old: Number) -> Number:
    """As an instance that was never told of the new key sees it."""
    return replace(old, ids=NOT_TOLD)


def rekeying(number: Number) -> RedisRekeying:
    return RedisRekeying(number.scripts, number.ids)


def names_in(number: Number) -> set[str]:
    """Under which ids Redis keeps the number."""
    keys = {str(key) for key in number.client.scan_iter("{otp:*}:*:*")}
    ids = number.ids.all_of(number.subject.phone_id)
    return {one for one in ids if any(key.endswith(f":{one}") for key in keys)}


def test_whoever_touches_a_number_has_all_of_it(old: Number, new: Number):
    for own, other in ((old, new), (new, old)):
        session = own.log_in(f"session of {own.ids.id_of('a' * 24)}")
        own.roles.set_role(own.subject, Role.STAFF, ORIGIN)
        assert other.roles.role_of(other.subject) is Role.STAFF
        assert not other.sessions.is_live(session)
        other.send(f"code of {other.ids.id_of('a' * 24)}")
        assert names_in(other) == {other.keys.record_id}
        own.fail(1)
        assert names_in(own) == {own.keys.record_id}
        assert other.deliveries.delivery_of(other.subject, "nothing").state == "none"
        assert (own.failures(), other.failures()) == (0, 1)
        other.win(other.count(), "after a failure")
        own.roles.remove_role(own.subject, ORIGIN)


def test_failures_add_up_to_one_lock(old: Number, new: Number):
    for side, _ in zip(cycle((old, new)), range(10), strict=False):
        side.fail(1)
    for side in (old, new):
        with pytest.raises(LockedError):
            side.count()
    assert new.store.clear_lockout(new.subject, ORIGIN) == 10
    old.send("after the lock")
    assert new.win(new.count()).role is Role.INDEMNITOR


def test_an_administrator_sees_one_number(old: Number, new: Number):
    new.log_in()
    old.fail(1)
    for side in (new, old):
        state = RedisNumberStates(
            side.client, LockoutPolicy().stop_at, NO_WAITS, rekeying(side)
        ).read(side.subject.phone_id)
        assert (state.failures, state.sessions) == (1, 1)


def test_of_parallel_right_answers_on_both_sides_one_wins(redis_server):
    with client_of(redis_server.url) as client, races(8) as race:
        client.flushall()
        for turn in range(12):
            subject = Subject(f"{'abcdefghijkl'[turn]}" * 24, MASKED)
            old = Number(client, subject, waits=NO_WAITS, ids=TOLD)
            new = replace(old, ids=CHANGED)
            old.send("code")
            sides = [new, old] * 2
            steps = [
                lambda side=side, place=place: side.win(side.count(), f"session {place}")
                for place, side in enumerate(sides)
            ]
            results = race.run(steps)
            assert len(results_of(Grant, results)) == 1
            assert len(results_of(ExpiredCodeError, results)) == 3
            assert new.failures() + old.failures() == 0


def test_the_rest_is_named_anew_and_a_stop_in_between_loses_nothing(old: Number, new: Number):
    others = [replace(old, subject=Subject(letter * 24, MASKED)) for letter in "abcdefg"]
    sessions = [(other, other.log_in(f"of {other.subject.phone_id}")) for other in others]
    old.roles.set_role(Subject("h" * 24, MASKED), Role.ADMIN, ORIGIN)
    work = rekeying(new)
    everybody = {letter * 24 for letter in "abcdefgh"}
    assert work.left().phone_ids == everybody
    # Killed after three of them: whatever moved is whole, and the next run finds the others.
    for phone_id in sorted(everybody)[:3]:
        assert work.adopt(phone_id)
    assert work.left().phone_ids == everybody - set(sorted(everybody)[:3])
    for phone_id in sorted(everybody):
        work.adopt(phone_id)
    assert work.left().phone_ids == set()
    changed = [(replace(other, ids=CHANGED), session) for other, session in sessions]
    assert all(number.sessions.is_live(session) for number, session in changed)
    assert new.roles.role_of(Subject("h" * 24)) is Role.ADMIN
    # The way back is the same one.
    assert rekeying(old).left().phone_ids == everybody
    for phone_id in sorted(everybody):
        assert rekeying(old).adopt(phone_id)
    assert all(other.sessions.is_live(session) for other, session in sessions)


def test_names_by_an_unknown_key_are_told_of_and_left_alone(old: Number, new: Number):
    new.send("code")
    work = rekeying(replace(old, ids=NOT_TOLD))
    left = work.left()
    assert (left.phone_ids, left.nameless) == (set(), {new.keys.record_id})


def test_of_two_locks_that_were_made_apart_the_later_end_counts(ignorant: Number, new: Number):
    for side in (new, ignorant):
        side.fail(10)
    new.client.pexpire(new.keys.lock, 60_000)
    with pytest.raises(LockedError) as caught:
        new.count()
    assert (caught.value.retry_after_s or 0) > 600
    assert new.failures() == 20


def test_an_instance_that_was_not_told_gives_no_failure_and_no_session_back(
    ignorant: Number, new: Number
):
    """A step of the change left out: what the two sides made of one number is put together."""
    mine = new.log_in("of the new side")
    new.send("of the new side")
    new.fail(3)
    new.report("of the new side", "delivered")
    new.disown("of the new side")
    ignorant.log_in("of the old side")
    ignorant.fail(10)
    ignorant.disown("challenge of of the old side")
    ignorant.roles.set_role(new.subject, Role.STAFF, ORIGIN)
    with pytest.raises(LockedError):
        new.count()
    assert new.failures() == 13
    assert new.client.pttl(new.keys.lock) > 0
    assert new.state("of the new side") == "delivered"
    assert new.client.zrange(new.keys.disowned, 0, -1) == [
        "of the new side",
        "challenge of of the old side",
    ]
    assert new.roles.role_of(new.subject) is Role.STAFF
    assert new.sessions.is_live(mine)
    history = new.client.lrange(new.keys.history, 0, -1)
    stream: Any = new.client.xrange(new.keys.audit)
    assert history == [entry_id for entry_id, _ in stream]
    assert names_in(new) == {new.keys.record_id}
