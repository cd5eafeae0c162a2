"""The circuit between us and Meta: which failures open it, and how it closes again."""

import threading
import time

import pytest

from otp_service.adapters.circuitbreaker_meta_circuit import (
    CircuitPasscodeSender,
    CircuitSendCapacity,
    MetaCircuit,
)
from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.adapters.semaphore_send_capacity import SemaphoreSendCapacity
from otp_service.domain.delivery import MessageLabel, PasscodeMessage
from otp_service.domain.errors import (
    AtCapacityError,
    CircuitOpenError,
    DeliveryFailedError,
    DeliveryUnavailableError,
    RecipientUnreachableError,
)
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.ports import UnconfirmedSendError
from otp_service.domain.subject import Subject
from tests.fake_redis import fake_redis
from tests.unit.domain.fakes import FakeSender, Journal

NUMBER = PhoneNumberReader("US").read("+12395550100")
LABEL = MessageLabel("A" * 22, Subject("a" * 24))
FAILURES, OPEN_S = 3, 1


class Line:
    """The way to a Meta whose answers the test chooses."""

    def __init__(self):
        self.meta = FakeSender(Journal())
        circuit = MetaCircuit(FAILURES, OPEN_S, RedisOperatorJournal(fake_redis()))
        self.capacity = CircuitSendCapacity(circuit, SemaphoreSendCapacity(2))
        self.sender = CircuitPasscodeSender(circuit, self.meta)

    def send(self, failure=None):
        self.meta.fail_with = failure
        with self.capacity.slot():
            return self.sender.send(PasscodeMessage(NUMBER, "493817", LABEL))

    def fail(self, failure, times=FAILURES):
        for _ in range(times):
            with pytest.raises(type(failure)):
                self.send(failure)

    @property
    def is_open(self):
        try:
            with self.capacity.slot():
                return False
        except CircuitOpenError:
            return True


@pytest.fixture
def line():
    return Line()


@pytest.mark.parametrize(
    "failure",
    [
        UnconfirmedSendError(),
        DeliveryUnavailableError(),
        DeliveryUnavailableError(meta_code=131016),
        DeliveryUnavailableError(meta_code=130429),
    ],
    ids=["timeout", "no_connection", "service_unavailable", "throttled"],
)
def test_several_outages_in_a_row_open_it(line, failure):
    line.fail(failure, FAILURES - 1)
    assert not line.is_open
    line.fail(failure, 1)
    with pytest.raises(CircuitOpenError) as refused:
        line.send()
    assert refused.value.retry_after_s == OPEN_S
    assert refused.value.code == "delivery_unavailable"


@pytest.mark.parametrize(
    "answer",
    [
        RecipientUnreachableError(meta_code=131026),
        DeliveryFailedError(meta_code=132001),
        DeliveryUnavailableError(meta_code=131056),
    ],
    ids=["no_whatsapp", "template", "pair_limit"],
)
def test_what_meta_answers_of_one_person_or_of_us_does_not(line, answer):
    line.fail(answer, 3 * FAILURES)
    assert not line.is_open


def test_outages_with_an_answer_between_them_are_not_in_a_row(line):
    for _ in range(3):
        line.fail(DeliveryUnavailableError(), FAILURES - 1)
        line.send()
    assert not line.is_open


def test_after_the_wait_one_send_at_a_time_tries(line):
    line.fail(DeliveryUnavailableError())
    time.sleep(OPEN_S)
    with line.capacity.slot():
        assert line.is_open
        threads_saw = []
        other = threading.Thread(target=lambda: threads_saw.append(line.is_open))
        other.start()
        other.join()
        assert threads_saw == [True]
    line.send()
    with line.capacity.slot():
        assert not line.is_open


def test_a_try_that_fails_opens_it_for_as_long_again(line):
    line.fail(UnconfirmedSendError())
    time.sleep(OPEN_S)
    line.fail(UnconfirmedSendError(), 1)
    assert line.is_open
    time.sleep(OPEN_S)
    assert line.send()


def test_a_try_that_never_reaches_meta_leaves_the_next_one_free(line):
    line.fail(UnconfirmedSendError())
    time.sleep(OPEN_S)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), line.capacity.slot():
            raise ZeroDivisionError
    assert line.send()


def test_closed_it_leaves_the_slots_as_they_are(line):
    with line.capacity.slot(), line.capacity.slot(), pytest.raises(AtCapacityError):
        line.send()
