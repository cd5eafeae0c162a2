"""One accepted message, and how far its delivery has come at a given instant.

Meta, "Messages webhook, status": accepted, sent, delivered, read, failed.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from otp_service.simulator.error_codes import ERROR_KINDS

_SENT_AFTER_S = 0.4
_DELIVERED_AFTER_S = 1.5
_READ_AFTER_S = 6.0
_FAILED_AFTER_S = 1.5


class DeliveryStatus(StrEnum):
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True)
class InboxMessage:
    """A message as seen at one instant. Instants are Unix seconds, None until they come.

    `to`: E.164. `callback_data`: the caller's `biz_opaque_callback_data`.
    `failure`, `failure_title`: error code and Meta's title, once failed.
    """

    wamid: str
    to: str
    template: str
    language: str
    code: str
    callback_data: str | None
    status: DeliveryStatus
    accepted_at: float
    sent_at: float | None
    delivered_at: float | None
    read_at: float | None
    failed_at: float | None
    failure: int | None
    failure_title: str | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class MessageContent:
    """What a send asked for. `to`: E.164."""

    to: str
    template: str
    language: str
    code: str
    callback_data: str | None


@dataclass(frozen=True)
class AcceptedMessage:
    """What the platform keeps. `failure`: the code with which delivery is going to fail."""

    wamid: str
    content: MessageContent
    accepted_at: float
    failure: int | None

    def seen_at(self, now: float) -> InboxMessage:
        """The delivery so far. A message that fails is never sent, as with no WhatsApp."""
        sent_at = delivered_at = read_at = failed_at = failure = None
        status = DeliveryStatus.ACCEPTED
        if self.failure is not None:
            failed_at = self._reached(_FAILED_AFTER_S, now)
        else:
            sent_at = self._reached(_SENT_AFTER_S, now)
            delivered_at = self._reached(_DELIVERED_AFTER_S, now)
            read_at = self._reached(_READ_AFTER_S, now)
        for instant, reached in (
            (sent_at, DeliveryStatus.SENT),
            (delivered_at, DeliveryStatus.DELIVERED),
            (read_at, DeliveryStatus.READ),
            (failed_at, DeliveryStatus.FAILED),
        ):
            if instant is not None:
                status = reached
        if status is DeliveryStatus.FAILED:
            failure = self.failure
        return InboxMessage(
            wamid=self.wamid,
            **asdict(self.content),
            status=status,
            accepted_at=self.accepted_at,
            sent_at=sent_at,
            delivered_at=delivered_at,
            read_at=read_at,
            failed_at=failed_at,
            failure=failure,
            failure_title=None if failure is None else ERROR_KINDS[failure].title,
        )

    def _reached(self, after_s: float, now: float) -> float | None:
        instant = self.accepted_at + after_s
        return instant if instant <= now else None
