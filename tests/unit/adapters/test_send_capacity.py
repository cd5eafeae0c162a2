"""Send capacity: so many slots, refused at once when all are taken, and never lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from otp_service.adapters.semaphore_send_capacity import SemaphoreSendCapacity
from otp_service.domain.errors import AtCapacityError


def test_the_slot_after_the_last_is_refused_at_once_and_says_when_to_come_back():
    capacity = SemaphoreSendCapacity(2)
    refused = pytest.raises(AtCapacityError)
    with capacity.slot(), capacity.slot(), refused as refusal, capacity.slot():
        pytest.fail("a third slot of two")
    assert refusal.value.retry_after_s == 1


def test_a_slot_comes_back_when_its_send_ends_or_fails():
    capacity = SemaphoreSendCapacity(1)
    for _ in range(3):
        with capacity.slot():
            pass
        with pytest.raises(ZeroDivisionError), capacity.slot():
            raise ZeroDivisionError
    with capacity.slot():
        pass


def test_a_refused_slot_gives_nothing_back_that_it_did_not_take():
    capacity = SemaphoreSendCapacity(1)
    with capacity.slot():
        for _ in range(3):
            with pytest.raises(AtCapacityError), capacity.slot():
                pytest.fail("a second slot of one")


def test_of_many_threads_exactly_as_many_as_there_are_slots_get_in():
    capacity, callers, slots = SemaphoreSendCapacity(5), 16, 5
    start, finish = threading.Barrier(callers), threading.Barrier(callers)

    def enter(_: int) -> bool:
        start.wait(timeout=10)
        try:
            with capacity.slot():
                finish.wait(timeout=10)  # nobody leaves before everybody has tried
                return True
        except AtCapacityError:
            finish.wait(timeout=10)
            return False

    with ThreadPoolExecutor(callers) as pool:
        for _ in range(25):
            assert sum(pool.map(enter, range(callers))) == slots
