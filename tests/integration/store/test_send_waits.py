"""The growing wait: message after message without a login makes the number wait for the next."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from otp_service.adapters.redis_number_state import RedisNumberStates
from otp_service.demo.redis_process import RedisProcess
from otp_service.domain.challenge import LockoutPolicy, SendTicket, SendWaits
from otp_service.domain.errors import (
    DeliveryUnavailableError,
    LockedError,
    RateLimitedError,
    SendInProgressError,
)
from tests.integration.store.number import ORIGIN, Event, Number
from tests.integration.store.race import CALLERS, ROUNDS, races, results_of
from tests.integration.store.servers import client_of

WAITS = SendWaits((0, 60, 600))
DAY_S = 86_400


@pytest.fixture
def number(redis_server: RedisProcess) -> Iterator[Number]:
    """On one real server: the rest of the suite runs the same scripts on all of them."""
    with client_of(redis_server.url) as client:
        client.flushall()
        yield Number(client, waits=WAITS)


def send(number: Number, times: int, *, first: int = 0) -> None:
    for index in range(first, first + times):
        number.send(f"challenge {index}")


def wait_of(number: Number) -> int:
    """What the next send is told to wait."""
    with pytest.raises(RateLimitedError) as refusal:
        number.begin("the next")
    assert refusal.value.scope == "phone"
    return refusal.value.retry_after_s or 0


def let_pass(number: Number, seconds: float) -> None:
    """As though the last message were so much older."""
    kept: Any = number.client.hget(number.keys.deliveries, "handed_over")
    at_ms = int(kept) - int(seconds * 1000)
    number.client.hset(number.keys.deliveries, "handed_over", at_ms)


def looked_at(number: Number) -> tuple[int, int]:
    """How many messages there were and how long it waits, as the office sees it."""
    states = RedisNumberStates(number.client, LockoutPolicy().stop_at, WAITS)
    state = states.read(number.subject.phone_id)
    assert abs(state.waits_for_s - number.delivery("any").waits_for_s) <= 1
    return state.unverified, state.waits_for_s


@pytest.mark.parametrize(("messages", "seconds"), [(2, 60), (3, 600), (4, 600), (9, 600)])
def test_each_message_makes_the_wait_for_the_next_one_longer(number, messages, seconds):
    for index in range(messages):
        send(number, 1, first=index)
        let_pass(number, 600)
    let_pass(number, -600)
    assert looked_at(number) == (messages, seconds)
    assert wait_of(number) == seconds


def test_once_the_wait_is_over_the_next_message_goes_and_not_before(number):
    send(number, 2)
    let_pass(number, 58)
    assert wait_of(number) in {1, 2}
    let_pass(number, 2)
    assert looked_at(number) == (2, 0)
    send(number, 1, first=2)
    assert wait_of(number) == 600


def test_a_refusal_is_on_record_and_takes_neither_the_lock_nor_the_live_code(number):
    send(number, 2)
    before = len(number.events())
    assert wait_of(number) == 60
    assert number.events(before) == [
        Event("send_refused", "refused", "rate_limited:wait", request_id="the next")
    ]
    assert not number.client.exists(number.keys.sending)
    assert number.state("the next") == "none"
    assert number.alive() == ["challenge 1"]


def test_a_login_ends_the_row(number):
    send(number, 2)
    number.win(number.count())
    assert looked_at(number) == (0, 0)
    send(number, 1, first=2)
    assert looked_at(number) == (1, 0)


def test_a_login_faster_than_metas_answer_ends_the_row_with_its_own_message(number):
    send(number, 1)
    ticket = number.arm("quick")
    number.win(number.count("quick"))
    number.store.confirm_send(ticket, "message of quick", ORIGIN)
    assert looked_at(number) == (0, 0)
    ticket = number.arm("quicker")
    number.win(number.count("quicker"))
    number.store.park_send(ticket, ORIGIN)
    assert looked_at(number) == (0, 0)


def test_an_administrator_ends_the_row(number):
    send(number, 2)
    number.store.clear_lockout(number.subject, ORIGIN)
    assert looked_at(number) == (0, 0)
    assert number.begin("the next")


def test_a_message_that_meta_refused_does_not_count_and_one_that_nobody_knows_of_does(number):
    ticket = number.arm("refused")
    number.store.withdraw_send(ticket, DeliveryUnavailableError(), ORIGIN)
    assert looked_at(number) == (0, 0)
    number.park("unknown")
    assert looked_at(number) == (1, 0)


def test_wrong_guesses_and_a_disowned_code_leave_the_row_as_it_is(number):
    send(number, 2)
    number.guess_wrong()
    number.disown("challenge 1")
    assert looked_at(number) == (2, 60)


def test_a_day_after_its_last_message_a_row_is_over(number):
    send(number, 2)
    let_pass(number, DAY_S - 5)
    assert looked_at(number) == (2, 0)
    let_pass(number, 5)
    assert looked_at(number) == (0, 0)
    send(number, 1, first=2)
    assert looked_at(number) == (1, 0)


def test_redis_clock_set_back_makes_nobody_wait_longer(number):
    send(number, 2)
    let_pass(number, -7_200)
    assert looked_at(number) == (2, 60)
    assert wait_of(number) == 60


def test_of_a_lock_out_and_a_wait_the_lock_out_is_told(number):
    send(number, 2)
    number.client.set(number.keys.lock, "1", px=5_000)
    with pytest.raises(LockedError):
        number.begin("the next")


def test_the_row_costs_a_number_next_to_nothing_and_goes_with_its_deliveries(number):
    send(number, 1)
    usage = number.client.memory_usage(number.keys.deliveries)
    number.client.hdel(number.keys.deliveries, "unverified")
    assert usage - number.client.memory_usage(number.keys.deliveries) <= 32
    assert number.client.pttl(number.keys.deliveries) > DAY_S * 1000


def test_of_the_newest_deliveries_none_makes_room_for_the_row(number):
    number = Number(number.client)
    send(number, 30)
    kept = [index for index in range(30) if number.state(f"challenge {index}") != "none"]
    assert kept == list(range(6, 30))


def test_of_many_sends_at_the_moment_the_wait_ends_one_begins(number):
    send(number, 2)
    with races() as race:
        for place in range(ROUNDS):
            let_pass(number, 600)
            steps = [partial(number.begin, f"{place}/{caller}") for caller in range(CALLERS)]
            outcomes = race.run(steps)
            (ticket,) = results_of(SendTicket, outcomes)
            assert len(results_of(SendInProgressError, outcomes)) == CALLERS - 1
            number.store.arm_send(ticket, "digest", ORIGIN)
            number.store.confirm_send(ticket, "message", ORIGIN)
            assert len(results_of(RateLimitedError, race.run(steps))) == CALLERS
