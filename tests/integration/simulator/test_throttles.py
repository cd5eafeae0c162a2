"""Meta's own limits on sends, which are off unless they are switched on."""

from dataclasses import replace
from typing import Any

PHONE = "+12395550100"


def codes(simulator: Any, sends: int, to: str = PHONE) -> list[int]:
    """The error code of each send, 0 for one that is taken."""
    answers = [simulator.send(to).json() for _ in range(sends)]
    return [answer.get("error", {}).get("code", 0) for answer in answers]


def test_off_by_default(simulator: Any) -> None:
    assert codes(simulator, 100) == [0] * 100


def test_throughput_is_of_the_number_altogether(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, throughput_per_s=3))

    assert codes(simulator, 2) == [0, 0]
    simulator.clock.now += 0.6
    assert codes(simulator, 2, "+12395550111") == [0, 130429]
    simulator.clock.now += 0.4
    assert codes(simulator, 3) == [0, 0, 130429]
    assert len(simulator.running.inbox(PHONE)) == 4


def test_pair_takes_one_message_in_6_seconds(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, pair_limit=True))
    for _ in range(20):
        assert codes(simulator, 1) == [0]
        simulator.clock.now += 6


def test_burst_to_one_person_is_paid_for_afterwards(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, pair_limit=True))

    assert codes(simulator, 46) == [0] * 45 + [131056]
    for _ in range(2):
        assert codes(simulator, 1, "+12395550111") == [0]
        simulator.clock.now += 6
    simulator.clock.now += 43 * 6 - 0.001
    assert codes(simulator, 1) == [131056]
    simulator.clock.now += 0.001
    assert codes(simulator, 1) == [0]


def test_burst_lasts_6_seconds(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, pair_limit=True))

    assert codes(simulator, 2) == [0, 0]
    simulator.clock.now += 5.9
    assert codes(simulator, 1) == [0]
    simulator.clock.now += 0.1
    assert codes(simulator, 1) == [131056]
    simulator.clock.now += 12
    assert codes(simulator, 1) == [0]


def test_refused_send_costs_nothing(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, pair_limit=True, throughput_per_s=50))

    assert codes(simulator, 49) == [0] * 45 + [131056] * 4
    assert codes(simulator, 6, "+12395550111") == [0] * 5 + [130429]
