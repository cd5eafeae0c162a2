"""One accepted message, and how far its delivery has come at a given instant.

Meta, "Messages webhook, status": accepted, sent, delivered, read, failed.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from otp_service.simulator.error_codes import ERROR_KINDS


class DeliveryStatus(StrEnum):
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


#: Seconds after acceptance at which a message comes to each state, in their order.
DeliverySteps: TypeAlias = tuple[tuple[DeliveryStatus, float], ...]

_STEPS: Final[DeliverySteps] = (
    (DeliveryStatus.SENT, 0.4),
    (DeliveryStatus.DELIVERED, 1.5),
    (DeliveryStatus.READ, 6.0),
)
_FAILED_AFTER_S = 1.5


def delivery_steps(
    *, fails: bool, speed: float = 1.0, up_to: DeliveryStatus = DeliveryStatus.READ
) -> DeliverySteps:
    """What is going to happen to a message: none of it after `up_to`, `speed` times as fast.

    A message that fails is never sent, as with no WhatsApp. Up to ACCEPTED nothing ever happens,
    as when its time to live ends.
    """
    if up_to is DeliveryStatus.ACCEPTED:
        return ()
    if fails:
        return ((DeliveryStatus.FAILED, _FAILED_AFTER_S / speed),)
    last = [status for status, _ in _STEPS].index(up_to)
    return tuple((status, after_s / speed) for status, after_s in _STEPS[: last + 1])


@dataclass(frozen=True)
class InboxMessage:
    """A message as seen at one instant. Instants are Unix seconds, None until they come.

    `to`: E.164. `callback_data`: the caller's `biz_opaque_callback_data`.
    `failure`, `failure_title`: error code and Meta's title, once failed.
    `template`, `language`, `code`: empty but for templates. `type`: Meta's word. `text`: of a
    text, or the caption of a picture. `media`: link or id of a picture or sound.
    `identity_key_hash`: who alone may get it, where the caller said so.
    `disowned_at`: when its reader pressed "I didn't request a code".
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
    type: str
    text: str | None
    media: str | None
    identity_key_hash: str | None
    disowned_at: float | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class MessageContent:
    """What a send asked for. `to`: E.164. The members are those of `InboxMessage`."""

    to: str
    callback_data: str | None
    type: str = "template"
    template: str = ""
    language: str = ""
    code: str = ""
    text: str | None = None
    media: str | None = None
    identity_key_hash: str | None = None


@dataclass(frozen=True)
class AcceptedMessage:
    """What the platform keeps. `failure`: the code with which delivery is going to fail."""

    wamid: str
    content: MessageContent
    accepted_at: float
    failure: int | None
    steps: DeliverySteps

    def seen_at(self, now: float, *, disowned_at: float | None = None) -> InboxMessage:
        """The delivery so far."""
        reached = {
            status: self.accepted_at + after_s
            for status, after_s in self.steps
            if self.accepted_at + after_s <= now
        }
        failure = self.failure if DeliveryStatus.FAILED in reached else None
        return InboxMessage(
            wamid=self.wamid,
            **asdict(self.content),
            status=[DeliveryStatus.ACCEPTED, *reached][-1],
            accepted_at=self.accepted_at,
            sent_at=reached.get(DeliveryStatus.SENT),
            delivered_at=reached.get(DeliveryStatus.DELIVERED),
            read_at=reached.get(DeliveryStatus.READ),
            failed_at=reached.get(DeliveryStatus.FAILED),
            failure=failure,
            failure_title=None if failure is None else ERROR_KINDS[failure].title,
            disowned_at=disowned_at,
        )
