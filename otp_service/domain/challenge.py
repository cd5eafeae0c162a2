"""A passcode on its way to one number, and the attempts to answer it."""

import base64
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from otp_service.domain.roles import Role
from otp_service.domain.subject import Subject

_CHALLENGE_ID = re.compile(r"[A-Za-z0-9_-]{22}")
# As adapters/lua/send_wait.lua has it.
UNVERIFIED_KEPT_MS = 86_400_000


class SendKind(StrEnum):
    """A resend is a send that the person asked for again; only the audit tells them apart."""

    SEND = "send"
    RESEND = "resend"


def new_challenge_id(now_s: float) -> str:
    """22 characters of base64url that callers know as `requestId`.

    The first 48 bits are Unix milliseconds, so that the audit finds a login by its id alone; the
    other 80 are random (the layout of a ULID).
    """
    instant = int(now_s * 1000).to_bytes(6, "big")
    return base64.urlsafe_b64encode(instant + secrets.token_bytes(10)).decode().rstrip("=")


def instant_of(challenge_id: str) -> float | None:
    """Unix seconds at which a process made this id; None when it cannot be one of ours."""
    if not _CHALLENGE_ID.fullmatch(challenge_id):
        return None
    raw = base64.urlsafe_b64decode(f"{challenge_id}==")
    return int.from_bytes(raw[:6], "big") / 1000


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """Where a request came from, for the audit and the limits.

    `ip` is the person's address where the caller gave it, else the caller's own; only
    `end_user_ip` is limited as a person. `http_request_id` is the X-Request-ID. `received_at` is
    this process's monotonic clock, in seconds; None is now.
    """

    client_id: str
    ip: str = ""
    end_user_ip: str | None = None
    user_agent: str = ""
    http_request_id: str = ""
    received_at: float | None = None


@dataclass(frozen=True, slots=True)
class SendTicket:
    """The right to send one message now. Instants are milliseconds of Redis' clock.

    `remark` is the audit's reason for what goes well with it: "" but for a test number.
    `identity_hash` is the only one that may get the message, as Meta gave it; "" for whoever has
    the number.
    """

    challenge_id: str
    subject: Subject
    begun_at_ms: int
    expires_at_ms: int
    remark: str = ""
    identity_hash: str = ""


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """What the caller is told: the login's `requestId` and the passcode's remaining seconds."""

    challenge_id: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One live passcode that an attempt may match."""

    challenge_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class AttemptTicket:
    """One counted attempt: the right to compare one submitted passcode with the candidates.

    Usually one. While a resend is in flight, or nobody knows how one ended, the earlier passcode
    and the new one are both alive, newest first.
    """

    subject: Subject
    attempt_number: int
    attempts_remaining: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """The login that one attempt won. Instants are Unix seconds.

    `former_owners` counts the people whom the office knows to have had the number before.
    """

    role: Role
    issued_at: int
    expires_at: int
    former_owners: int = 0


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """How consecutive failures of one number are answered (NIST SP 800-63B-4 section 3.2.2).

    Every `threshold` failures lock for twice as long as the time before, from `first_lock_s` up
    to `longest_lock_s`; at `stop_at` failures only an administrator opens the number again.
    """

    threshold: int = 10
    first_lock_s: int = 15 * 60
    longest_lock_s: int = 24 * 60 * 60
    stop_at: int = 100


@dataclass(frozen=True, slots=True)
class SendWaits:
    """How long a number waits for its next message while nobody logs in with it.

    The n-th of `seconds` has to pass after the n-th message in a row, the last one after all that
    follow. A day after its last message, or with a login, a row is over.
    """

    seconds: tuple[int, ...] = (0,)

    def left_ms(self, unverified: int, last_ms_ago: int) -> int:
        """After so many messages in a row, the last one so long ago."""
        if not unverified:
            return 0
        wait_ms = self.seconds[min(unverified, len(self.seconds)) - 1] * 1000
        return max(0, min(wait_ms, wait_ms - last_ms_ago))

    def __str__(self) -> str:
        return ",".join(map(str, self.seconds))
