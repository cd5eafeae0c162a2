"""ChallengeStore on Redis. Each method is one Lua script, hence atomic, audit included."""

import json
import time
from dataclasses import dataclass, field

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_refusal import hold_refusal
from otp_service.adapters.redis_scripts import Reply, Scripts, whole_seconds
from otp_service.domain.audit import AuditEvent, Outcome, RefusalReason
from otp_service.domain.challenge import (
    AttemptTicket,
    Candidate,
    Grant,
    LockoutPolicy,
    RequestOrigin,
    SendKind,
    SendTicket,
    SendWaits,
)
from otp_service.domain.errors import (
    ExpiredCodeError,
    IdentityChangedError,
    InvalidCodeError,
    LockedError,
    OtpError,
    RateLimitedError,
    SendInProgressError,
    ThroughputError,
    TooManyAttemptsError,
)
from otp_service.domain.roles import DEFAULT_ROLE, Role
from otp_service.domain.session import SessionPolicy
from otp_service.domain.subject import Subject

# Longer than a send takes: hashing, connecting, waiting for Meta, one more try. Should one outlast
# it all the same, its late confirmation leaves the newer send's passcode alone.
IN_FLIGHT_LOCK_MS = 30_000
_REQUESTED = {
    SendKind.SEND: AuditEvent.SEND_REQUESTED,
    SendKind.RESEND: AuditEvent.RESEND_REQUESTED,
}


@dataclass(frozen=True, slots=True)
class RedisChallengeStore:
    """`passcode_ttl_s` counts from generation; `max_attempts` is per passcode.

    `keeps_identity`: the identity of a number's first login is kept, and later messages go to it
    alone.
    """

    scripts: Scripts
    context: AuditContext
    lockout: LockoutPolicy
    sessions: SessionPolicy
    passcode_ttl_s: int
    max_attempts: int
    waits: SendWaits = field(default_factory=SendWaits)
    keeps_identity: bool = False

    def refuse_send(self, subject: Subject, reason: RefusalReason, origin: RequestOrigin) -> None:
        keys = self.context.keys_of(subject)
        self.scripts.run(
            "append_event",
            [keys.audit, keys.history],
            self.context.encode(subject, origin),
            AuditEvent.SEND_REFUSED,
            Outcome.REFUSED,
            reason,
        )

    def begin_send(
        self, kind: SendKind, challenge_id: str, subject: Subject, origin: RequestOrigin
    ) -> SendTicket:
        keys = self.context.keys_of(subject)
        state, *figures = self.scripts.run(
            "begin_send",
            [
                keys.audit,
                keys.history,
                keys.sending,
                keys.deliveries,
                keys.failures,
                keys.lock,
                keys.identity,
            ],
            self.context.encode(subject, origin, request_id=challenge_id),
            _REQUESTED[kind],
            challenge_id,
            IN_FLIGHT_LOCK_MS,
            self.passcode_ttl_s * 1000,
            self.lockout.stop_at,
            _age_ms(origin),
            str(self.waits),
        )
        _raise_if_closed(state, figures)
        if state == "wait":
            raise RateLimitedError("phone", retry_after_s=whole_seconds(figures[0]))
        if state == "in_progress":
            raise SendInProgressError
        now_ms, expires_at_ms, identity = figures
        return SendTicket(
            challenge_id,
            subject,
            int(now_ms),
            int(expires_at_ms),
            identity_hash=str(identity) if self.keeps_identity else "",
        )

    def arm_send(self, ticket: SendTicket, digest: str, origin: RequestOrigin) -> None:
        keys = self.context.keys_of(ticket.subject)
        (state,) = self.scripts.run(
            "arm_send",
            [keys.audit, keys.history, keys.sending, keys.pending, keys.parked],
            self._send_context(ticket, origin),
            ticket.challenge_id,
            digest,
            ticket.expires_at_ms,
            ticket.remark,
        )
        if state == "lost":
            raise SendInProgressError

    def confirm_send(self, ticket: SendTicket, message_id: str, origin: RequestOrigin) -> int:
        keys = self.context.keys_of(ticket.subject)
        _, left_ms = self.scripts.run(
            "confirm_send",
            [
                keys.audit,
                keys.history,
                keys.sending,
                keys.deliveries,
                keys.pending,
                keys.parked,
                keys.challenge,
            ],
            self._send_context(ticket, origin, message_id=message_id),
            ticket.challenge_id,
            ticket.remark,
        )
        return int(left_ms)

    def withdraw_send(self, ticket: SendTicket, failure: Exception, origin: RequestOrigin) -> None:
        if isinstance(failure, RateLimitedError | ThroughputError):
            event, outcome = AuditEvent.SEND_REFUSED, Outcome.REFUSED
        else:
            event, outcome = AuditEvent.SEND_FAILED, Outcome.FAILURE
        reason = failure.audit_reason if isinstance(failure, OtpError) else "internal_error"
        self._end_send(ticket, origin, event, outcome, reason, "drop")

    def park_send(self, ticket: SendTicket, origin: RequestOrigin) -> None:
        self._end_send(ticket, origin, AuditEvent.SEND_UNCONFIRMED, Outcome.UNKNOWN, "", "keep")

    def count_attempt(
        self, subject: Subject, request_id: str | None, origin: RequestOrigin
    ) -> AttemptTicket:
        keys = self.context.keys_of(subject)
        state, *rest = self.scripts.run(
            "count_attempt",
            [keys.audit, keys.history, *keys.passcodes, keys.failures, keys.lock, keys.identity],
            self.context.encode(subject, origin, request_id=request_id or ""),
            request_id or "",
            self.max_attempts,
            self.lockout.threshold,
            self.lockout.first_lock_s * 1000,
            self.lockout.longest_lock_s * 1000,
            self.lockout.stop_at,
        )
        _raise_if_closed(state, rest)
        if state == RefusalReason.TRIES_SPENT:
            raise TooManyAttemptsError
        if state != "counted":
            raise ExpiredCodeError
        number, remaining, *pairs = rest
        candidates = tuple(
            Candidate(str(challenge_id), str(digest))
            for challenge_id, digest in zip(pairs[::2], pairs[1::2], strict=True)
        )
        return AttemptTicket(subject, int(number), int(remaining), candidates)

    def reject_attempt(self, ticket: AttemptTicket, origin: RequestOrigin) -> InvalidCodeError:
        keys = self.context.keys_of(ticket.subject)
        state, left_ms = self.scripts.run(
            "reject_attempt",
            [keys.audit, keys.history, keys.failures, keys.lock],
            self._attempt_context(ticket, ticket.candidates[0], origin),
            ticket.attempt_number,
            self.lockout.stop_at,
        )
        if state == "open":
            return InvalidCodeError(attempts_remaining=ticket.attempts_remaining)
        # The number is locked from here on, so whatever tries the passcode had left are no use.
        wait_s = whole_seconds(left_ms) if state == "locked" else None
        return InvalidCodeError(attempts_remaining=0, retry_after_s=wait_s)

    def consume(
        self,
        ticket: AttemptTicket,
        matched: Candidate,
        session_id: str,
        origin: RequestOrigin,
        roles: frozenset[Role] = frozenset(Role),
    ) -> Grant:
        keys = self.context.keys_of(ticket.subject)
        state, *grant = self.scripts.run(
            "consume",
            [
                keys.audit,
                keys.history,
                *keys.passcodes,
                keys.failures,
                keys.lock,
                keys.sessions,
                keys.roles,
                keys.deliveries,
                keys.identity,
                keys.former_owners,
            ],
            self._attempt_context(ticket, matched, origin, session_id=session_id),
            matched.challenge_id,
            ticket.attempt_number,
            DEFAULT_ROLE,
            json.dumps({role: self.sessions.ttl_of(role) for role in sorted(roles)}),
            self.passcode_ttl_s * 1000,
            "keep" if self.keeps_identity else "",
        )
        if state == "gone":
            raise ExpiredCodeError
        role, issued_at, expires_at, former_owners = grant
        return Grant(Role(str(role)), int(issued_at), int(expires_at), int(former_owners))

    def clear_lockout(self, subject: Subject, origin: RequestOrigin) -> int:
        keys = self.context.keys_of(subject)
        _, failures = self.scripts.run(
            "clear_lockout",
            [keys.audit, keys.history, keys.failures, keys.lock, keys.deliveries],
            self.context.encode(subject, origin),
        )
        return int(failures)

    def _end_send(
        self,
        ticket: SendTicket,
        origin: RequestOrigin,
        event: AuditEvent,
        outcome: Outcome,
        reason: str,
        passcode: str,
    ) -> None:
        keys = self.context.keys_of(ticket.subject)
        _, refused = self.scripts.run(
            "withdraw_send",
            [
                keys.audit,
                keys.history,
                keys.sending,
                keys.deliveries,
                keys.pending,
                keys.parked,
                keys.challenge,
                keys.identity,
                keys.sessions,
            ],
            self._send_context(ticket, origin),
            ticket.challenge_id,
            event,
            outcome,
            reason,
            passcode,
        )
        if refused:
            hold_refusal(self.scripts, self.context, ticket.subject)

    def _send_context(
        self, ticket: SendTicket, origin: RequestOrigin, message_id: str = ""
    ) -> str:
        return self.context.encode(
            ticket.subject, origin, request_id=ticket.challenge_id, message_id=message_id
        )

    def _attempt_context(
        self,
        ticket: AttemptTicket,
        candidate: Candidate,
        origin: RequestOrigin,
        session_id: str = "",
    ) -> str:
        return self.context.encode(
            ticket.subject, origin, request_id=candidate.challenge_id, session_id=session_id
        )


def _age_ms(origin: RequestOrigin) -> int:
    if origin.received_at is None:
        return 0
    # Rounded down: a request right after the last one is not the same moment.
    return int((time.monotonic() - origin.received_at) * 1000)


def _raise_if_closed(state: str | int, figures: Reply) -> None:
    if state == RefusalReason.IDENTITY_CHANGED:
        raise IdentityChangedError
    if state == RefusalReason.STOPPED:
        raise LockedError(retry_after_s=None)
    if state == RefusalReason.LOCKED:
        raise LockedError(retry_after_s=whole_seconds(figures[0]))
