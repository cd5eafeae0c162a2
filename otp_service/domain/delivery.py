"""What becomes of a message after Meta took it, and what a login screen is told meanwhile."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from otp_service.domain.phone_number import PhoneNumber
from otp_service.domain.subject import Subject


class DeliveryState(StrEnum):
    """In the order in which a message can only rise.

    A failure is outranked by an arrival: with several devices Meta may report both.
    """

    NONE = "none"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


# Nothing can follow these, so there is nothing to wait for.
FINAL_STATES = frozenset({DeliveryState.NONE, DeliveryState.READ})


@dataclass(frozen=True, slots=True)
class MessageLabel:
    """What we write on a message so that Meta's reports about it find their way back.

    Holds nothing that Meta does not know: it has the number itself.
    """

    challenge_id: str
    subject: Subject

    def encode(self) -> str:
        """For `biz_opaque_callback_data`, which takes 512 characters."""
        subject = self.subject
        return ".".join(
            (self.challenge_id, subject.phone_id, subject.country, subject.masked_phone)
        )

    @classmethod
    def decode(cls, text: str) -> "MessageLabel | None":
        """None for anything that `encode` did not write."""
        parts = _LABEL.fullmatch(text)
        if parts is None:
            return None
        challenge_id, phone_id, country, masked_phone = parts.groups()
        return cls(challenge_id, Subject(phone_id, masked_phone, country))


_LABEL = re.compile(
    r"([A-Za-z0-9_-]{1,64})\.([a-z2-7]{24})\.([A-Z]{2}|001|)\.(\+[0-9]{1,3}\*+[0-9]{0,15}|)"
)


@dataclass(frozen=True, slots=True)
class PasscodeMessage:
    """A passcode on its way to a person's WhatsApp.

    `locale` is a language tag (RFC 5646). `identity_hash`: see SendTicket.
    """

    to: PhoneNumber
    passcode: str = field(repr=False)
    label: MessageLabel
    locale: str | None = None
    identity_hash: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One status from Meta's webhook.

    `reported_at_s` is Meta's clock, whole Unix seconds. `failure` is the audit's word for a
    failed message: the code a login screen knows, and Meta's own after a colon. `identity_hash`
    is who the message came to, "" where Meta does not say or nobody asked to keep it.
    """

    label: MessageLabel
    message_id: str
    state: DeliveryState
    reported_at_s: int
    failure: str = ""
    identity_hash: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one message and its passcode stand.

    `reason` is why a failed message failed, in the words of the contract's codes. `locked_for_s`
    is None when only an administrator can open the number, 0 when it is open. `waits_for_s`: as so
    many messages went to the number without a login.
    """

    state: DeliveryState
    reason: str
    expires_in_s: int
    locked_for_s: int | None
    waits_for_s: int = 0


@dataclass(frozen=True, slots=True)
class SendRoom:
    """How many messages a number may still be sent, and the seconds until the next one may."""

    remaining: int
    allowed_in_s: int


@dataclass(frozen=True, slots=True)
class LoginStatus:
    """What a login screen shows while the person waits.

    `resend_allowed_in_s` is None when only an administrator can open the number again.
    """

    state: DeliveryState
    reason: str
    expires_in_s: int
    resends_remaining: int
    resend_allowed_in_s: int | None


@dataclass(frozen=True, slots=True)
class StatusWatch:
    """A long poll: wait up to `wait_s` seconds for another state than `after`."""

    after: DeliveryState
    wait_s: float
