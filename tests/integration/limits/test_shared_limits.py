"""Limits that many instances share: exact under a race, and one round trip each."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from otp_service.adapters.limits_send_limiter import Places
from otp_service.domain.errors import RateLimitedError
from tests.integration.limits.gate import Gate
from tests.integration.store.race import races, results_of
from tests.integration.store.servers import CLUSTER, CLUSTER_OF_SIX, running_backend

if TYPE_CHECKING:
    import redis

CALLERS, ROUNDS = 16, 25
OURS_OR_OF_CONNECTING = {"TIME", "HELLO", "CLIENT"}


@pytest.mark.parametrize("setting", ["phone", "ip", "client", "daily"])
def test_of_sixteen_at_once_exactly_as_many_as_the_limit_get_a_place(gate, setting):
    with races(CALLERS) as race:
        for amount in (1, 3, 5):
            for _ in range(ROUNDS // 3 + 1):
                gate.client.flushall()
                gate.limits(**{setting: f"{amount} per hour"})
                outcomes = race.run([gate.take] * CALLERS)
                assert len(results_of(Places, outcomes)) == amount
                assert len(results_of(RateLimitedError, outcomes)) == CALLERS - amount


def test_a_race_for_the_widest_limit_leaves_exact_counts_in_the_narrower(gate):
    with races(CALLERS) as race:
        for _ in range(ROUNDS):
            gate.client.flushall()
            gate.limits(daily="5 per day")
            steps = [partial(gate.take, phone_id=f"{n:024d}") for n in range(CALLERS)]
            assert len(results_of(Places, race.run(steps))) == 5
            held = gate.held()
            assert sum(int(str(n)) for key, n in held.items() if "/moving/" in key) == 5
            assert {n for key, n in held.items() if "/sliding/" in key} == {"5"}


def test_places_given_back_in_a_race_are_all_there_again(gate):
    with races(CALLERS) as race:
        for _ in range(ROUNDS):
            gate.client.flushall()
            places = gate.limits(client="16 per hour").taken(CALLERS)
            race.run([place.give_back for place in places])
            gate.taken(CALLERS)
            assert gate.refused().scope == "client"


def commands_during(gate: Gate, step) -> list[str]:
    """The commands that clients sent meanwhile; not what scripts did inside Redis."""
    with gate.client.monitor() as monitor:
        step()
        gate.client.echo("the end")
        sent = []
        while (heard := monitor.next_command())["command"] != "ECHO the end":
            name = heard["command"].split()[0]
            if heard["client_type"] != "lua" and name not in OURS_OR_OF_CONNECTING:
                sent.append(name)
        return sent


def test_taking_is_one_round_trip_a_limit_and_giving_back_is_one_in_all(gate):
    gate.limits(phone="3 per 15 minutes").taken(1)  # the scripts are loaded from here on
    places: list[Places] = []
    sent = commands_during(gate, lambda: places.append(gate.take()))
    assert sent == ["EVALSHA"] * 4
    assert commands_during(gate, places[0].give_back) == ["EVAL"] * 4


def test_a_refusal_asks_the_wider_limits_only_how_long_they_are_full(gate):
    gate.limits(phone="1 per hour").take()
    sent = commands_during(gate, gate.refused)
    assert sent == ["EVALSHA", "LINDEX", *["EVALSHA"] * 3]
    gate.take(phone_id="y" * 24)


def test_of_several_full_limits_the_longest_wait_is_told(gate):
    gate.limits(phone="1 per minute", daily="1 per day").take()
    refusal = gate.refused()
    assert refusal.scope == "global"
    assert refusal.retry_after_s > 80_000


def test_a_client_and_the_whole_service_never_share_a_place(gate):
    gate.limits(client="2 per hour", daily="2 per hour")
    gate.take(client_id="service")
    gate.take(client_id="service", phone_id="y" * 24)


@pytest.fixture(scope="module", params=[CLUSTER, CLUSTER_OF_SIX])
def cluster(request: pytest.FixtureRequest) -> Iterator["redis.Redis"]:
    with running_backend(request.param) as client:
        yield client


def test_no_step_of_a_limit_needs_keys_of_two_slots(cluster):
    gate = Gate(cluster).limits(phone="2 per hour", client="2 per minute")
    gate.take(ip="2001:db8::1").give_back()
    gate.taken(2)
    assert gate.refused().scope == "phone"
    assert gate.refused(phone_id="z" * 24).scope == "client"
