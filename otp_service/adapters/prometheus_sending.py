"""The way of a passcode and the waiting for it, with somebody counting along."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import Gauge

from otp_service.adapters.redis_calls import CallObserver
from otp_service.domain.delivery import PasscodeMessage
from otp_service.domain.errors import OtpError
from otp_service.domain.ports import (
    DeliveryWatch,
    PasscodeSender,
    SendCapacity,
    StateChange,
)

UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class ObservedPasscodeSender:
    """PasscodeSender that tells `observers` what Meta said, in the audit's words."""

    sender: PasscodeSender
    observers: Sequence[CallObserver]

    def send(self, message: PasscodeMessage) -> str:
        began_at = time.perf_counter()
        # Until it is known otherwise: what nobody foresaw is no answer of Meta's.
        error = UNCONFIRMED
        try:
            wamid = self.sender.send(message)
            error = ""
        except OtpError as refusal:
            error = refusal.audit_reason
            raise
        finally:
            for observer in self.observers:
                observer("send", time.perf_counter() - began_at, error)
        return wamid


@dataclass(frozen=True, slots=True)
class CountedSendCapacity:
    """SendCapacity whose taken slots are in `gauge`."""

    slots: SendCapacity
    gauge: Gauge

    @contextmanager
    def slot(self) -> Iterator[None]:
        with self.slots.slot(), self.gauge.track_inprogress():
            yield


@dataclass(frozen=True, slots=True)
class CountedDeliveryWatch:
    """DeliveryWatch whose watchers are in `gauge`."""

    watch: DeliveryWatch
    gauge: Gauge

    @contextmanager
    def watching(self, challenge_id: str) -> Iterator[StateChange]:
        with self.watch.watching(challenge_id) as change, self.gauge.track_inprogress():
            yield change
