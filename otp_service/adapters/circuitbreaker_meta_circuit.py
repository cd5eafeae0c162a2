"""A circuit breaker between us and Meta, on the `circuitbreaker` package: one for each process.

After several sends in a row that Meta did not answer, or answered with trouble of its own, sends
are refused at once for a while: nobody waits for a timeout, nothing is hashed or counted. Then one
send at a time is let through, and the first that Meta answers closes the circuit again.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
from circuitbreaker import STATE_CLOSED, STATE_OPEN, CircuitBreaker

from otp_service.domain.delivery import PasscodeMessage
from otp_service.domain.errors import (
    CircuitOpenError,
    DeliveryUnavailableError,
    StoreUnavailableError,
)
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity
from otp_service.domain.ports import (
    OperatorJournal,
    PasscodeSender,
    SendCapacity,
    UnconfirmedSendError,
)

# Meta refuses this one person for a minute; everybody else's messages go through.
_PAIR_LIMIT = 131056
# How long a send usually takes that tries whether Meta is back.
_PROBE_S = 3
_TOLD_AGAIN_AFTER_S = 3_600
_log = structlog.get_logger(__name__)


class MetaCircuit:
    """Opens after `failures` in a row, for `open_s` seconds.

    `changed` is told whether it is open now, each time that this changes.
    """

    def __init__(
        self,
        failures: int,
        open_s: int,
        journal: OperatorJournal,
        changed: Callable[[bool], None] | None = None,
    ) -> None:
        self._changed = changed
        self._breaker = CircuitBreaker(failures, open_s, _is_outage, name="meta")
        self._probe = threading.Lock()
        self._journal = journal

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Raise CircuitOpenError."""
        state = self._breaker.state
        if state == STATE_CLOSED:
            yield
            return
        if state == STATE_OPEN:
            raise CircuitOpenError(retry_after_s=max(1, self._breaker.open_remaining))
        if not self._probe.acquire(blocking=False):
            raise CircuitOpenError(retry_after_s=_PROBE_S)
        try:
            yield
        finally:
            self._probe.release()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What is raised inside, or nothing, says how Meta is."""
        before = self._breaker.state
        try:
            with self._breaker:
                yield
        finally:
            after = self._breaker.state
            if after != before:
                self._tell(after)

    def _tell(self, state: str) -> None:
        if self._changed:
            self._changed(state == STATE_OPEN)
        if state != STATE_OPEN:
            _log.info("meta_circuit_closed")
            return
        _log.error("meta_circuit_opened", seconds=self._breaker.open_remaining)
        event = OperatorEvent(
            OperatorEventKind.META_AWAY, Severity.CRITICAL, int(time.time() * 1000), {}
        )
        with suppress(StoreUnavailableError):
            self._journal.record_once(event, "", _TOLD_AGAIN_AFTER_S)


def _is_outage(_kind: type[BaseException], failure: BaseException) -> bool:
    if isinstance(failure, DeliveryUnavailableError):
        return failure.meta_code != _PAIR_LIMIT
    return isinstance(failure, UnconfirmedSendError)


class CircuitSendCapacity:
    """SendCapacity that has no slot while the circuit is open."""

    def __init__(self, circuit: MetaCircuit, slots: SendCapacity) -> None:
        self._circuit = circuit
        self._slots = slots

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Raise CircuitOpenError, AtCapacityError, at once."""
        with self._circuit.admitted(), self._slots.slot():
            yield


class CircuitPasscodeSender:
    """PasscodeSender whose outcomes the circuit learns from."""

    def __init__(self, circuit: MetaCircuit, sender: PasscodeSender) -> None:
        self._circuit = circuit
        self._sender = sender

    def send(self, message: PasscodeMessage) -> str:
        with self._circuit.watching():
            return self._sender.send(message)
