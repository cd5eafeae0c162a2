"""Delivery truth: take in what Meta reports, and tell whoever waits."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from otp_service.domain.delivery import (
    FINAL_STATES,
    Delivery,
    DeliveryReport,
    LoginStatus,
    SendRoom,
    StatusWatch,
)
from otp_service.domain.errors import InvalidPhoneError
from otp_service.domain.phone_number import PhoneNumber, PhoneNumberReader
from otp_service.domain.ports import DeliveryStore, DeliveryWatch, StatusLimiter
from otp_service.domain.subject import Pseudonyms, Subject


@dataclass(frozen=True, slots=True)
class DeliveryService:
    """`now` is a monotonic clock in seconds, for long polls only."""

    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    store: DeliveryStore
    limiter: StatusLimiter
    watch: DeliveryWatch
    now: Callable[[], float] = time.monotonic

    def report(self, reports: Sequence[DeliveryReport]) -> None:
        """Take in Meta's reports: in any order, late, repeated. Raise StoreUnavailableError."""
        self.store.report(reports)

    def disown(self, messages: Sequence[tuple[str, str | None]]) -> None:
        """Whoever got these messages did not ask for them: their passcodes stop working.

        Each is a wamid and the person's number as Meta writes it, which for some countries is not
        the E.164 number the message went to. Raise StoreUnavailableError.
        """
        message_id_of = self.pseudonyms.message_id_of
        self.store.disown(
            [(message_id_of(wamid), self._likely(sender or "")) for wamid, sender in messages]
        )

    def status(
        self, phone: str | PhoneNumber, request_id: str, watch: StatusWatch | None = None
    ) -> LoginStatus:
        """How the message of one login stands; with `watch`, as soon as it stands otherwise.

        Raise InvalidPhoneError, RateLimitedError, StoreUnavailableError.
        """
        subject = self.pseudonyms.subject_of(self.numbers.read(phone))
        room = self.limiter.admit_status(subject)
        if watch is None:
            return _login_status(self.store.delivery_of(subject, request_id), room)
        delivery, waited = self._awaited(subject, request_id, watch)
        return _login_status(delivery, self.limiter.room(subject) if waited else room)

    def _likely(self, sender: str) -> Subject | None:
        with suppress(InvalidPhoneError):
            return self.pseudonyms.subject_of(self.numbers.read(sender))
        return None

    def _awaited(
        self, subject: Subject, request_id: str, watch: StatusWatch
    ) -> tuple[Delivery, bool]:
        """The delivery, and whether it was waited for."""
        deadline = self.now() + watch.wait_s
        # Watching begins before the first look: a change between the two would go unseen.
        with self.watch.watching(request_id) as changed:
            delivery = self.store.delivery_of(subject, request_id)
            waited = False
            while delivery.state == watch.after and delivery.state not in FINAL_STATES:
                left_s = deadline - self.now()
                if left_s <= 0 or not changed.wait(left_s):
                    break
                waited = True
                delivery = self.store.delivery_of(subject, request_id)
        return delivery, waited


def _login_status(delivery: Delivery, room: SendRoom) -> LoginStatus:
    remaining = room.remaining
    if delivery.locked_for_s != 0 or delivery.waits_for_s:
        # Whatever places are left: a send would be refused before it takes one.
        remaining = 0
    allowed_in_s = None
    if delivery.locked_for_s is not None:
        allowed_in_s = max(room.allowed_in_s, delivery.waits_for_s, delivery.locked_for_s)
    return LoginStatus(
        delivery.state, delivery.reason, delivery.expires_in_s, remaining, allowed_in_s
    )
