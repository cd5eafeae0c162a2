"""The login: send a passcode, send it again, turn the right one into a session."""

import time
from dataclasses import dataclass, field, replace

from otp_service.domain.audit import RefusalReason
from otp_service.domain.challenge import (
    AttemptTicket,
    Candidate,
    RequestOrigin,
    SendKind,
    SendReceipt,
    SendTicket,
    new_challenge_id,
)
from otp_service.domain.delivery import MessageLabel, PasscodeMessage
from otp_service.domain.errors import (
    AtCapacityError,
    CircuitOpenError,
    CountryNotAllowedError,
    OtpError,
    RateLimitedError,
    StoreUnavailableError,
    UnconfirmedDeliveryError,
)
from otp_service.domain.passcode import generate_passcode, read_passcode
from otp_service.domain.phone_number import PhoneNumber, PhoneNumberReader
from otp_service.domain.ports import (
    ChallengeStore,
    Clock,
    PasscodeHasher,
    PasscodeSender,
    SendCapacity,
    SendLimiter,
    SendRooms,
    SessionTokens,
    TakenPlaces,
    UnconfirmedSendError,
)
from otp_service.domain.pumping_watch import PumpingWatch
from otp_service.domain.review_numbers import ReviewNumbers
from otp_service.domain.session import Login, Session, new_session_id
from otp_service.domain.subject import Pseudonyms, Subject


@dataclass(frozen=True, slots=True)
class _Order:
    """What is asked for: a send or a resend, to whom, in which language if we have it."""

    kind: SendKind
    phone: str | PhoneNumber
    locale: str | None


@dataclass(frozen=True, slots=True)
class LoginService:
    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    store: ChallengeStore
    limiter: SendLimiter
    rooms: SendRooms
    capacity: SendCapacity
    hasher: PasscodeHasher
    sender: PasscodeSender
    tokens: SessionTokens
    clock: Clock = time.time
    pumping: PumpingWatch | None = None
    review_numbers: ReviewNumbers = field(default_factory=ReviewNumbers)

    def send(
        self, phone: str | PhoneNumber, origin: RequestOrigin, locale: str | None = None
    ) -> SendReceipt:
        """Send a new passcode to `phone` (any spelling), in the language of `locale` if we can.

        Raise InvalidPhoneError, CountryNotAllowedError, LockedError, SendInProgressError,
        RateLimitedError, IdentityChangedError, RecipientUnreachableError, DeliveryFailedError,
        DeliveryUnavailableError, StoreUnavailableError.
        """
        return self._send(_Order(SendKind.SEND, phone, locale), origin)

    def resend(
        self, phone: str | PhoneNumber, origin: RequestOrigin, locale: str | None = None
    ) -> SendReceipt:
        """As `send`: a new passcode, which replaces the earlier one once Meta took it."""
        return self._send(_Order(SendKind.RESEND, phone, locale), origin)

    def validate(
        self,
        phone: str | PhoneNumber,
        passcode: str,
        request_id: str | None,
        origin: RequestOrigin,
    ) -> Login:
        """Turn the live passcode of `phone` into a session, once.

        Raise InvalidPhoneError, InvalidRequestError (not six digits; no try is spent),
        LockedError, IdentityChangedError, ExpiredCodeError, TooManyAttemptsError,
        InvalidCodeError, StoreUnavailableError.
        """
        number = self.numbers.read(phone)
        subject = self.pseudonyms.subject_of(number)
        digits = read_passcode(passcode)
        ticket = self.store.count_attempt(subject, request_id, origin)
        matched = self._matching(ticket, digits)
        if matched is None:
            raise self.store.reject_attempt(ticket, origin)
        session_id = new_session_id()
        roles = self.review_numbers.roles_of(number)
        grant = self.store.consume(ticket, matched, session_id, origin, roles)
        if self.pumping:
            self.pumping.verified(matched.challenge_id, subject, origin)
        session = Session(
            session_id=session_id,
            phone_id=subject.phone_id,
            role=grant.role,
            client_id=origin.client_id,
            issued_at=grant.issued_at,
            expires_at=grant.expires_at,
            former_owners=grant.former_owners,
        )
        return Login(self.tokens.sign(session), session)

    def _send(self, order: "_Order", origin: RequestOrigin) -> SendReceipt:
        number = self.numbers.read(order.phone)
        subject = self.pseudonyms.subject_of(number)
        try:
            self.numbers.require_allowed_country(number)
        except CountryNotAllowedError:
            self.store.refuse_send(subject, RefusalReason.COUNTRY, origin)
            raise
        try:
            with self.capacity.slot():
                return self._send_in_slot(order, number, subject, origin)
        except AtCapacityError:
            self.store.refuse_send(subject, RefusalReason.CAPACITY, origin)
            raise
        except CircuitOpenError:
            self.store.refuse_send(subject, RefusalReason.CIRCUIT_OPEN, origin)
            raise

    def _send_in_slot(
        self, order: "_Order", number: PhoneNumber, subject: Subject, origin: RequestOrigin
    ) -> SendReceipt:
        # The in-flight lock comes before the limits: otherwise of two simultaneous requests the
        # loser could be told to wait a quarter of an hour for a place that is given back at once.
        ticket = self._begin(order.kind, subject, origin)
        ticket, passcode = self._made_for(number, ticket)
        places: TakenPlaces | None = None
        try:
            places = self.limiter.take(ticket, origin)
            self._issue(ticket, passcode, origin)
        except Exception as failure:
            self._undo(ticket, failure, places, origin)
            raise
        label = MessageLabel(ticket.challenge_id, subject)
        message = PasscodeMessage(number, passcode, label, order.locale, ticket.identity_hash)
        try:
            wamid = self.sender.send(message)
        except Exception as failure:
            self._undelivered(ticket, failure, places, origin)
            raise
        message_id = self.pseudonyms.message_id_of(wamid)
        expires_in_ms = self.store.confirm_send(ticket, message_id, origin)
        return SendReceipt(ticket.challenge_id, -(-expires_in_ms // 1000))

    def _begin(self, kind: SendKind, subject: Subject, origin: RequestOrigin) -> SendTicket:
        try:
            return self.store.begin_send(kind, new_challenge_id(self.clock()), subject, origin)
        except RateLimitedError as refusal:
            # The longer of the waits: after a shorter one the number's limit would refuse again.
            wait_s = max(refusal.retry_after_s or 0, self.rooms.room(subject).allowed_in_s)
            raise RateLimitedError(refusal.scope, retry_after_s=wait_s) from None

    def _made_for(self, number: PhoneNumber, ticket: SendTicket) -> tuple[SendTicket, str]:
        fixed = self.review_numbers.passcode_of(number, self.clock())
        if fixed is None:
            return ticket, generate_passcode()
        return replace(ticket, remark=RefusalReason.TEST_NUMBER), fixed

    def _issue(self, ticket: SendTicket, passcode: str, origin: RequestOrigin) -> None:
        digest = self.hasher.digest(_bound(ticket.challenge_id, ticket.subject), passcode)
        self.store.arm_send(ticket, digest, origin)

    def _undelivered(
        self,
        ticket: SendTicket,
        failure: Exception,
        places: TakenPlaces,
        origin: RequestOrigin,
    ) -> None:
        """Raise UnconfirmedDeliveryError in place of an UnconfirmedSendError."""
        if isinstance(failure, OtpError):
            self._undo(ticket, failure, places, origin)
            return
        # Meta may have it, so it counts and its passcode stays answerable.
        self.store.park_send(ticket, origin)
        if isinstance(failure, UnconfirmedSendError):
            raise UnconfirmedDeliveryError(ticket.challenge_id) from None

    def _undo(
        self,
        ticket: SendTicket,
        failure: Exception,
        places: TakenPlaces | None,
        origin: RequestOrigin,
    ) -> None:
        # With the store away there is nothing to undo it with: the in-flight lock ends by itself.
        if isinstance(failure, StoreUnavailableError):
            return
        if places is not None:
            places.give_back()
        self.store.withdraw_send(ticket, failure, origin)

    def _matching(self, ticket: AttemptTicket, digits: str) -> Candidate | None:
        return next(
            (
                candidate
                for candidate in ticket.candidates
                if self.hasher.matches(
                    candidate.digest, _bound(candidate.challenge_id, ticket.subject), digits
                )
            ),
            None,
        )


def _bound(challenge_id: str, subject: Subject) -> str:
    """What a digest stands for besides the passcode: this login of this number.

    Without the number, whoever can write to Redis could move a passcode of their own to another
    number's key and log in as that person. A phone_id has a fixed length, so no two read the same.
    """
    return challenge_id + subject.phone_id
