"""What the login flow needs from the world, in its own verbs. Adapters implement these."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from otp_service.domain.audit import RefusalReason
from otp_service.domain.challenge import (
    AttemptTicket,
    Candidate,
    Grant,
    RequestOrigin,
    SendKind,
    SendTicket,
)
from otp_service.domain.delivery import Delivery, DeliveryReport, PasscodeMessage, SendRoom
from otp_service.domain.errors import InvalidCodeError
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind
from otp_service.domain.roles import Role, RoleAssignment, RoleChange
from otp_service.domain.session import Session
from otp_service.domain.subject import Subject


class Clock(Protocol):
    def __call__(self) -> float:
        """Unix seconds."""
        ...


class ChallengeStore(Protocol):
    """Challenges, attempts and failures of one number.

    Each method is one atomic step that also writes its audit event: whatever is killed when,
    there is no change without a record and no record without the change. All raise
    StoreUnavailableError.
    """

    def refuse_send(self, subject: Subject, reason: RefusalReason, origin: RequestOrigin) -> None:
        """Record a send that was turned away before it began."""
        ...

    def begin_send(
        self, kind: SendKind, challenge_id: str, subject: Subject, origin: RequestOrigin
    ) -> SendTicket:
        """Take the number's in-flight lock.

        Raise IdentityChangedError, LockedError, SendInProgressError, and RateLimitedError for a
        number that was sent too many messages in a row without a login.
        """
        ...

    def arm_send(self, ticket: SendTicket, digest: str, origin: RequestOrigin) -> None:
        """Make the new passcode answerable, beside the earlier one, before Meta gets it.

        The person may have it before Meta's answer reaches us, or we may die waiting for it.
        Raise SendInProgressError when the in-flight lock was lost meanwhile.
        """
        ...

    def confirm_send(self, ticket: SendTicket, message_id: str, origin: RequestOrigin) -> int:
        """Meta took the message: the new passcode replaces the earlier one.

        Return the milliseconds it still lives; 0 when a login made it moot meanwhile.
        """
        ...

    def withdraw_send(self, ticket: SendTicket, failure: Exception, origin: RequestOrigin) -> None:
        """The message was not sent: the earlier passcode, if any, stays as it was."""
        ...

    def park_send(self, ticket: SendTicket, origin: RequestOrigin) -> None:
        """Nobody knows whether Meta took it: both passcodes stay answerable."""
        ...

    def count_attempt(
        self, subject: Subject, request_id: str | None, origin: RequestOrigin
    ) -> AttemptTicket:
        """Count one attempt, before anything is compared.

        Raise IdentityChangedError, LockedError, ExpiredCodeError (none alive, or another
        `requestId`; no try is spent), TooManyAttemptsError.
        """
        ...

    def reject_attempt(self, ticket: AttemptTicket, origin: RequestOrigin) -> InvalidCodeError:
        """Record that nothing matched; return what to tell the person."""
        ...

    def consume(
        self,
        ticket: AttemptTicket,
        matched: Candidate,
        session_id: str,
        origin: RequestOrigin,
        roles: frozenset[Role] = frozenset(Role),
    ) -> Grant:
        """Turn the matched challenge into a session of the registry's role, once.

        Only into one of `roles`: a number with another role is refused with ExpiredCodeError.

        Clears failures and every passcode of the number. Raise ExpiredCodeError when another
        attempt, a newer passcode or the clock was first.
        """
        ...

    def clear_lockout(self, subject: Subject, origin: RequestOrigin) -> int:
        """Forget the number's failures and its messages without a login.

        Return how many failures there were.
        """
        ...


class DeliveryStore(Protocol):
    """What is known of a number's messages. All raise StoreUnavailableError."""

    def report(self, reports: Sequence[DeliveryReport]) -> None:
        """Take in reports. A message's state only rises; each rise is one audit event."""
        ...

    def disown(self, messages: Sequence[tuple[str, Subject | None]]) -> None:
        """Void the passcodes of these messages, and end the sessions that were won with them.

        Flag a number that disowns several in a day.

        Each is the message's id, and whose it probably was.
        """
        ...

    def delivery_of(self, subject: Subject, challenge_id: str) -> Delivery:
        """State `none` for a challenge that is not, or no longer, known of this number."""
        ...


class StateChange(Protocol):
    def wait(self, timeout_s: float) -> bool:
        """True when it is worth looking again, False when the time is over."""
        ...


class DeliveryWatch(Protocol):
    """Wakes those who wait for news of a message. May wake too often, never too late."""

    def watching(self, challenge_id: str) -> AbstractContextManager[StateChange]:
        """Changes count from here on. Where nobody else may wait, `wait` says False at once."""
        ...


class OperatorJournal(Protocol):
    """What the operator should know. All raise StoreUnavailableError."""

    def record(self, event: OperatorEvent) -> None: ...

    def record_once(self, event: OperatorEvent, occasion: str, for_s: int) -> bool:
        """Record it unless one of its kind is on record for `occasion` since `for_s` seconds.

        False when there is one: however many instances see it, the operator is told once.
        """
        ...

    def recent(self, limit: int) -> list[OperatorEvent]:
        """Newest first."""
        ...

    def latest(self, kind: OperatorEventKind) -> OperatorEvent | None:
        """The newest of its kind that is still kept."""
        ...

    def note_webhook(
        self, ignored: Mapping[str, int], *, identity_told: bool | None = None
    ) -> None:
        """A signed webhook came; `ignored` counts the parts of it that mean nothing to us.

        `identity_told`: whether its reports say which identity got the message; None: no report.
        """
        ...

    def identity_last_told(self) -> bool | None:
        """Of the last reports that were noted; None where there was none."""
        ...

    def webhook_last_seen_at(self) -> int | None:
        """Unix seconds."""
        ...

    def ignored_parts(self) -> dict[str, int]:
        """How many there were so far, by kind."""
        ...


class SendRooms(Protocol):
    def room(self, subject: Subject) -> SendRoom:
        """What the number's own limit leaves it. Raise StoreUnavailableError."""
        ...


class StatusLimiter(SendRooms, Protocol):
    def admit_status(self, subject: Subject) -> SendRoom:
        """Count one question, and tell the room. Raise RateLimitedError, StoreUnavailableError."""
        ...


class TakenPlaces(Protocol):
    """The places one send took in the limits."""

    def give_back(self) -> None:
        """Undo, for a message that was not sent. Raise StoreUnavailableError."""
        ...


class SendLimiter(Protocol):
    def take(self, ticket: SendTicket, origin: RequestOrigin) -> TakenPlaces:
        """Take one place in every limit, or in none.

        Raise RateLimitedError with the scope that is full, StoreUnavailableError.
        """
        ...


class SendCapacity(Protocol):
    def slot(self) -> AbstractContextManager[None]:
        """One of this process's slots for waiting on Meta. Raise DeliveryUnavailableError."""
        ...


class PasscodeHasher(Protocol):
    """`login` names the challenge and the number that a passcode is for."""

    def digest(self, login: str, passcode: str) -> str: ...

    def matches(self, digest: str, login: str, passcode: str) -> bool:
        """False as well for a digest whose pepper is no longer known."""
        ...


class PasscodeSender(Protocol):
    def send(self, message: PasscodeMessage) -> str:
        """Hand it to WhatsApp, in the person's language if we have it; return the wamid.

        Raise IdentityChangedError, RecipientUnreachableError, DeliveryFailedError or
        DeliveryUnavailableError when Meta surely did not take it, UnconfirmedSendError when
        nobody can know.
        """
        ...


class UnconfirmedSendError(Exception):
    """Meta may or may not have taken the message; it must not be sent again blindly."""


class SessionTokens(Protocol):
    def sign(self, session: Session) -> str: ...

    def read(self, token: str) -> Session | None:
        """None for anything but an unexpired token of ours for our audience."""
        ...


class SessionRegistry(Protocol):
    """Which signed sessions still stand. A session that is not in it is dead: fail closed."""

    def is_live(self, session: Session) -> bool: ...

    def end(self, session: Session, origin: RequestOrigin) -> bool:
        """False when it had ended already."""
        ...

    def end_all(self, subject: Subject, origin: RequestOrigin) -> int:
        """Return how many ended."""
        ...


class RoleRegistry(Protocol):
    def role_of(self, subject: Subject) -> Role:
        """The default role for a number that was given none."""
        ...

    def set_role(self, subject: Subject, role: Role, origin: RequestOrigin) -> RoleChange:
        """Assign; when that changes the number's role, end its sessions in the same step."""
        ...

    def remove_role(self, subject: Subject, origin: RequestOrigin) -> RoleChange: ...

    def list_roles(self) -> Iterable[RoleAssignment]: ...
