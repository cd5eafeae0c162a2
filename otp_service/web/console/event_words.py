"""What happened, in words for the office: each event, and why it went as it did."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from otp_service.domain.audit import AuditEvent, AuditRecord, Outcome, RefusalReason
from otp_service.domain.identity import IdentityNews
from otp_service.domain.roles import Role
from otp_service.web.login_words import role_name

_TITLES = {
    AuditEvent.SEND_REQUESTED: _l("Code asked for"),
    AuditEvent.RESEND_REQUESTED: _l("New code asked for"),
    AuditEvent.SEND_REFUSED: _l("Code refused"),
    AuditEvent.PASSCODE_ISSUED: _l("Code made"),
    AuditEvent.SEND_ACCEPTED: _l("WhatsApp took the message"),
    AuditEvent.SEND_FAILED: _l("WhatsApp refused the message"),
    AuditEvent.SEND_UNCONFIRMED: _l("WhatsApp did not answer"),
    AuditEvent.DELIVERY_SENT: _l("Message on its way"),
    AuditEvent.DELIVERY_DELIVERED: _l("Message on the phone"),
    AuditEvent.DELIVERY_READ: _l("Message read"),
    AuditEvent.DELIVERY_FAILED: _l("Message not delivered"),
    AuditEvent.PASSCODE_DISOWNED: _l("“I didn't request a code”"),
    AuditEvent.NUMBER_FLAGGED: _l("Number flagged"),
    AuditEvent.IDENTITY_CHANGED: _l("Perhaps a new owner"),
    AuditEvent.IDENTITY_ACCEPTED: _l("Owner accepted"),
    AuditEvent.TRUST_ENDED: _l("The person told WhatsApp of a change"),
    AuditEvent.ATTEMPT_COUNTED: _l("Code typed"),
    AuditEvent.ATTEMPT_REFUSED: _l("Typed code not looked at"),
    AuditEvent.ATTEMPT_REJECTED: _l("Wrong code"),
    AuditEvent.NUMBER_LOCKED: _l("Number locked"),
    AuditEvent.LOCKOUT_CLEARED: _l("Number unlocked"),
    AuditEvent.LOGIN_SUCCEEDED: _l("Logged in"),
    AuditEvent.SESSION_REVOKED: _l("Logged out"),
    AuditEvent.SESSIONS_ENDED: _l("All sessions ended"),
    AuditEvent.ROLE_SET: _l("Role set"),
    AuditEvent.ROLE_REMOVED: _l("Role removed"),
    AuditEvent.PERSON_ERASED: _l("Person erased"),
    AuditEvent.AUDIT_TRIMMED: _l("Old events dropped"),
}
_OUTCOMES = {
    Outcome.PENDING: _l("begun"),
    Outcome.SUCCESS: _l("success"),
    Outcome.FAILURE: _l("failure"),
    Outcome.REFUSED: _l("refused"),
    Outcome.UNKNOWN: _l("unknown"),
}
_PLAIN = {
    AuditEvent.SEND_REQUESTED: _l("The person asked for a code."),
    AuditEvent.RESEND_REQUESTED: _l("The person asked for another code."),
    AuditEvent.PASSCODE_ISSUED: _l("Six digits were made, and handed to WhatsApp."),
    AuditEvent.SEND_ACCEPTED: _l("WhatsApp has the message. It is not on the phone yet."),
    AuditEvent.SEND_UNCONFIRMED: _l("It may have the message or not. A code that arrives works."),
    AuditEvent.DELIVERY_SENT: _l("WhatsApp sent it towards the phone."),
    AuditEvent.DELIVERY_DELIVERED: _l("The phone has it."),
    AuditEvent.DELIVERY_READ: _l("The person has opened the chat."),
    AuditEvent.PASSCODE_DISOWNED: _l("The person says that they did not ask; the code is void."),
    AuditEvent.NUMBER_FLAGGED: _l("Its owner disowned several codes in a day. Look who asks."),
    AuditEvent.IDENTITY_CHANGED: _l(
        "WhatsApp knows the number by another identity. Nobody gets in until you accept the owner."
    ),
    AuditEvent.ATTEMPT_COUNTED: _l("A code was typed and is being compared."),
    AuditEvent.ATTEMPT_REJECTED: _l("The digits were not the ones that were sent."),
    AuditEvent.LOCKOUT_CLEARED: _l("Its failures are forgotten."),
    AuditEvent.SESSION_REVOKED: _l("One session ended."),
    AuditEvent.PERSON_ERASED: _l("What was kept of a person is gone."),
    AuditEvent.AUDIT_TRIMMED: _l("Somebody had the server drop the oldest events of all people."),
}
# Why a message failed, by the contract's word before the colon.
_FAILURES = {
    "recipient_unreachable": _l("The number has no WhatsApp, or WhatsApp cannot reach it."),
    "delivery_failed": _l("The problem is on our side: look at Health."),
    "delivery_unavailable": _l("WhatsApp had trouble of its own; a new code may arrive."),
    "identity_changed": _l("The number may have a new owner: it has another WhatsApp identity."),
    "internal_error": _l("The service failed; its log says how."),
}
_REFUSALS = {
    RefusalReason.COUNTRY: _l("We send no codes to numbers of this country."),
    RefusalReason.CAPACITY: _l("Very many codes were being sent at that moment."),
    RefusalReason.CIRCUIT_OPEN: _l("WhatsApp was away for the sends before this one."),
    "rate_limited:pumping": _l("Hardly anybody answers the codes sent there: pumping."),
    "rate_limited:throughput": _l("More codes than WhatsApp takes in a second were being sent."),
    RefusalReason.TEST_NUMBER: _l("A test number's known code opens no office role."),
    RefusalReason.IDENTITY_CHANGED: _l("The number may have a new owner, whom nobody accepted."),
    RefusalReason.LOCKED: _l("The number was locked for a while after wrong codes."),
    RefusalReason.STOPPED: _l("After 100 wrong codes only an administrator opens the number."),
    "rate_limited:wait": _l("Code after code went to the number, and nobody logged in with it."),
    RefusalReason.IN_PROGRESS: _l("Another code was on its way at that moment."),
    RefusalReason.NONE_ALIVE: _l("No code was alive: used, expired or never sent."),
    RefusalReason.OTHER_REQUEST: _l("The code typed was of an earlier request."),
    RefusalReason.TRIES_SPENT: _l("All tries of this code were spent."),
    RefusalReason.ALREADY_USED: _l("The code was used or replaced in the same moment."),
    "rate_limited:phone": _l("The number had used up its codes for a while."),
    "rate_limited:ip": _l("Too many codes were asked for from this connection."),
    "rate_limited:client": _l("Too many codes were asked for through this caller."),
    "rate_limited:global": _l("The whole service had reached its ceiling for the day."),
}
_ENDED = {
    "everywhere": _l("Whoever was logged in with this number has to log in again."),
    "passcode_disowned": _l("The person says that they did not ask for the code it began with."),
    "role_changed": _l("The role changed, so everybody has to log in again."),
    "identity_changed": _l("The number may have a new owner, so nobody is believed any more."),
    "new_owner": _l("The number has a new owner, who has to log in."),
    "trust_ended": _l("The person told WhatsApp of a change, so everybody has to log in again."),
}
_ACCEPTED = {
    "same_owner": _l("The same person, with a new phone."),
    "new_owner": _l("A new person, who gets nothing of the former one's."),
}
_TOLD: dict[str, object] = {
    IdentityNews.CHANGED_NUMBER: _l("They have another number now."),
    IdentityNews.CHANGED_USER_ID: _l("They have another user id now."),
    IdentityNews.CHANGED_IDENTITY: _l("They have another phone, or installed WhatsApp anew."),
}
_BY_REASON: dict[AuditEvent, Mapping[str, object]] = {
    AuditEvent.SESSION_REVOKED: _ENDED,
    AuditEvent.SESSIONS_ENDED: _ENDED,
    AuditEvent.IDENTITY_ACCEPTED: _ACCEPTED,
    AuditEvent.TRUST_ENDED: _TOLD,
}


def event_name(event: AuditEvent) -> str:
    return str(_TITLES[event])


def outcome_name(outcome: Outcome) -> str:
    return str(_OUTCOMES[outcome])


def refusal_name(reason: str) -> str:
    """Why a request was turned away; the audit's own word where there is no sentence for it."""
    return str(_REFUSALS.get(reason, reason))


def explanation(record: AuditRecord) -> str:
    """Why it happened or what it means, in a sentence; empty where the title says all."""
    event, reason = record.event, record.reason
    if event in {AuditEvent.SEND_REFUSED, AuditEvent.ATTEMPT_REFUSED}:
        return refusal_name(reason)
    if event in {AuditEvent.SEND_FAILED, AuditEvent.DELIVERY_FAILED}:
        return failure_sentence(reason)
    if event in {AuditEvent.LOGIN_SUCCEEDED, AuditEvent.ROLE_SET, AuditEvent.ROLE_REMOVED}:
        return _as_role(reason)
    if event is AuditEvent.NUMBER_LOCKED:
        return _locked(reason)
    return str(_BY_REASON.get(event, {}).get(reason) or _PLAIN.get(event, ""))


def failure_sentence(reason: str) -> str:
    """`reason` as the audit keeps it: the contract's word, and Meta's number after a colon."""
    word, _colon, number = reason.partition(":")
    sentence = str(_FAILURES.get(word, word))
    if not number:
        return sentence
    return str(_("%(sentence)s (Meta's error %(number)s)", sentence=sentence, number=number))


def tone(record: AuditRecord) -> str:
    """How it looks: `good`, `bad` or `plain`."""
    if record.outcome in {Outcome.FAILURE, Outcome.REFUSED}:
        return "bad"
    if record.event in {AuditEvent.NUMBER_LOCKED, AuditEvent.NUMBER_FLAGGED}:
        return "bad"
    arrived = {AuditEvent.DELIVERY_DELIVERED, AuditEvent.DELIVERY_READ}
    return "good" if record.event in {AuditEvent.LOGIN_SUCCEEDED} | arrived else "plain"


def _as_role(reason: str) -> str:
    known = reason in list(Role)
    return str(_("Role: %(role)s.", role=role_name(Role(reason)) if known else reason))


def _locked(reason: str) -> str:
    if reason == "stopped":
        return str(_REFUSALS[RefusalReason.STOPPED])
    return str(_("Ten wrong codes in a row: nobody can try for a while."))
