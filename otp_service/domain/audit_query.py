"""What an auditor may ask for, read and checked: which events, of whom, from when to when."""

import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from otp_service.domain.audit import AuditEvent, AuditRecord, Outcome
from otp_service.domain.errors import InvalidRequestError

# In the year 6429: later instants are no times of events, and soon no dates of Python either.
END_OF_TIME_MS = 2**47
_EPOCH = datetime.fromtimestamp(0, UTC)
_UNIX_SECONDS = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_USER_ID = re.compile(r"([a-z2-7]{24})(?:-[1-9][0-9]*)?")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_CLIENT_CHARS = 64
_MAX_WAMID_CHARS = 512
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class EventSearch:
    """A question as it was asked: texts, None for what was not said.

    `phone` is a number in any spelling, `since` and `until` are ISO 8601 or Unix seconds.
    """

    phone: str | None = None
    user_id: str | None = None
    event: str | None = None
    outcome: str | None = None
    client: str | None = None
    ip: str | None = None
    request_id: str | None = None
    wamid: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Unix milliseconds: from `since_ms` on, before `until_ms`; None is without end."""

    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; None wants any.

    `likely_phone_id` is whose message `message_id` probably is: a hint where to look.
    """

    phone_id: str | None = None
    event: AuditEvent | None = None
    outcome: Outcome | None = None
    client_id: str | None = None
    ip: str | None = None
    request_id: str | None = None
    message_id: str | None = None
    period: Period = Period()
    likely_phone_id: str | None = None

    def exact(self) -> dict[str, str]:
        """What an event's fields must be, by their names in AuditRecord."""
        fields = {
            "phone_id": self.phone_id,
            "event": self.event,
            "outcome": self.outcome,
            "client_id": self.client_id,
            "ip": self.ip,
            "request_id": self.request_id,
            "message_id": self.message_id,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events newest first. `next_cursor` leads on; None says that there are no more.

    A page may be short, even empty, and lead on all the same: one page looks at so many events.
    """

    events: tuple[AuditRecord, ...]
    next_cursor: str | None


def read_period(since: str | None, until: str | None) -> Period:
    """Raise InvalidRequestError."""
    period = Period(_instant(since, "since"), _instant(until, "until"))
    if period.since_ms is not None and period.until_ms is not None:
        require_order(period.since_ms, period.until_ms)
    return period


def require_order(since_ms: int, until_ms: int) -> None:
    """Raise InvalidRequestError."""
    if until_ms <= since_ms:
        raise InvalidRequestError("until must be after since.")


def read_event(text: str | None) -> AuditEvent | None:
    """Raise InvalidRequestError."""
    return _one_of(AuditEvent, text, "event")


def read_outcome(text: str | None) -> Outcome | None:
    """Raise InvalidRequestError."""
    return _one_of(Outcome, text, "outcome")


def read_phone_id(text: str | None) -> str | None:
    """The number's, whichever of its owners a userId names. Raise InvalidRequestError."""
    if text is None:
        return None
    found = _USER_ID.fullmatch(text)
    if found is None:
        raise InvalidRequestError("userId must be one that this service gave.")
    return found[1]


def read_request_id(text: str | None) -> str | None:
    """Raise InvalidRequestError."""
    if text is not None and not _REQUEST_ID.fullmatch(text):
        raise InvalidRequestError("requestId must be the one that a send answered.")
    return text


def read_client(text: str | None) -> str | None:
    """Raise InvalidRequestError."""
    if text is not None and not 1 <= len(text) <= _MAX_CLIENT_CHARS:
        raise InvalidRequestError(f"client must have 1 to {_MAX_CLIENT_CHARS} characters.")
    return text


def read_wamid(text: str | None) -> str | None:
    """Raise InvalidRequestError."""
    if text is not None and not 1 <= len(text) <= _MAX_WAMID_CHARS:
        raise InvalidRequestError(f"wamid must have 1 to {_MAX_WAMID_CHARS} characters.")
    return text


def read_ip(text: str | None) -> str | None:
    """In the one spelling in which events keep it. Raise InvalidRequestError."""
    if text is None:
        return None
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise InvalidRequestError("ip must be an IPv4 or IPv6 address.") from None


def _one_of(words: type[_Word], text: str | None, name: str) -> _Word | None:
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        raise InvalidRequestError(f"{name} must be one of: {', '.join(words)}.") from None


def _instant(text: str | None, name: str) -> int | None:
    """Unix milliseconds. An ISO 8601 time without an offset is UTC."""
    if text is None:
        return None
    try:
        instant_ms = _milliseconds(text)
    except ValueError:
        raise InvalidRequestError(
            f"{name} must be ISO 8601 (2026-11-21T08:00:00Z) or Unix seconds."
        ) from None
    if not 0 <= instant_ms < END_OF_TIME_MS:
        raise InvalidRequestError(f"{name} is out of range.")
    return instant_ms


def _milliseconds(text: str) -> int:
    # Nowhere a float: it would lose a millisecond here and there.
    if _UNIX_SECONDS.fullmatch(text):
        return int(Decimal(text) * 1000)
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(milliseconds=1)
