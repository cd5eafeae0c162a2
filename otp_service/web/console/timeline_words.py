"""One login's story in a sentence, for whoever says "I never got the code"."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from otp_service.domain.audit import AuditEvent, AuditRecord
from otp_service.domain.audit_timeline import Timeline
from otp_service.web.console.event_words import explanation


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a login ended. `tone` is `good`, `bad` or `plain`, `advice` for who asks about it."""

    tone: str
    title: str
    advice: str


def verdict_of(timeline: Timeline) -> Verdict:
    """By the first of these that happened: later news outranks earlier."""
    last = {record.event: record for record in timeline.events}
    for events, words in _BY_RANK:
        found = next((last[event] for event in events if event in last), None)
        if found:
            return words(found)
    return Verdict(
        "plain",
        _("Not finished"),
        _("The message was not handed to WhatsApp yet. Look again in a moment."),
    )


def _logged_in(_record: AuditRecord) -> Verdict:
    return Verdict("good", _("The code arrived and was used"), _("The person is logged in."))


def _disowned(_record: AuditRecord) -> Verdict:
    return Verdict(
        "bad",
        _("The person did not ask for this code"),
        _("Somebody else typed their number, perhaps by mistake. The code no longer works."),
    )


def _refused(record: AuditRecord) -> Verdict:
    return Verdict("bad", _("No code was sent"), explanation(record))


def _rejected(_record: AuditRecord) -> Verdict:
    return Verdict(
        "bad",
        _("A code was typed, but not the right one"),
        _("Only the newest code works. Let the person look at the last message in WhatsApp."),
    )


def _failed(record: AuditRecord) -> Verdict:
    return Verdict("bad", _("The code did not arrive"), explanation(record))


def _arrived(_record: AuditRecord) -> Verdict:
    return Verdict(
        "plain",
        _("The code is on the phone, and nobody typed it"),
        _("Let the person look in WhatsApp on the phone itself; linked devices do not show it."),
    )


def _accepted(_record: AuditRecord) -> Verdict:
    return Verdict(
        "plain",
        _("WhatsApp took the message, but no phone has confirmed it"),
        _("The phone is off or without a network, or the number is another one's."),
    )


def _unconfirmed(_record: AuditRecord) -> Verdict:
    return Verdict(
        "bad",
        _("WhatsApp did not say whether it took the message"),
        _("If a code arrives it works. Otherwise let the person ask for a new one."),
    )


_Words = Callable[[AuditRecord], Verdict]
_BY_RANK: tuple[tuple[tuple[AuditEvent, ...], _Words], ...] = (
    ((AuditEvent.LOGIN_SUCCEEDED,), _logged_in),
    ((AuditEvent.PASSCODE_DISOWNED,), _disowned),
    ((AuditEvent.ATTEMPT_REJECTED, AuditEvent.ATTEMPT_REFUSED), _rejected),
    ((AuditEvent.DELIVERY_READ, AuditEvent.DELIVERY_DELIVERED), _arrived),
    ((AuditEvent.DELIVERY_FAILED, AuditEvent.SEND_FAILED), _failed),
    ((AuditEvent.SEND_REFUSED,), _refused),
    ((AuditEvent.SEND_UNCONFIRMED,), _unconfirmed),
    ((AuditEvent.SEND_ACCEPTED, AuditEvent.DELIVERY_SENT), _accepted),
)
