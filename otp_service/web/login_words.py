"""The login screen's sentences: each refusal and each state of the message in its own words."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from otp_service.domain.delivery import DeliveryState
from otp_service.domain.errors import IdentityChangedError
from otp_service.domain.roles import Role
from otp_service.web.login_state import Refusal

_OF_CODE = {
    "invalid_request": _l("Type the six digits of the code."),
    "invalid_phone": _l("That does not look like a phone number. Check it and try again."),
    "country_not_allowed": _l("We cannot send codes to numbers of this country."),
    "send_in_progress": _l("A code is already on its way to this number. Give it a few seconds."),
    "recipient_unreachable": _l(
        "This number has no WhatsApp, or WhatsApp cannot reach it. Check the number."
    ),
    "delivery_failed": _l("We could not send the code: the problem is on our side."),
    "delivery_unavailable": _l("WhatsApp is not taking messages right now. Try again shortly."),
    "store_unavailable": _l("The login is not available right now. Try again in a minute."),
    "expired_code": _l("That code is no longer valid. Ask for a new one."),
    "too_many_attempts": _l("Too many wrong tries with this code. Ask for a new one."),
}
_OF_LIMIT = {
    "phone": _l("This number was sent several codes already. Wait a little before the next one."),
    "ip": _l("There were too many requests from this connection. Wait a little and try again."),
    "client": _l("Many people are logging in right now. Wait a little and try again."),
    "global": _l("No more codes can be sent for now. Try again later, or call the office."),
}
_NEW_OWNER = _l("This number may have a new owner. Call the office to log in with it.")
_LOCKED_FOR_NOW = _l("Too many wrong codes were typed for this number. It is locked for a while.")
_LOCKED = _l("Too many wrong codes were typed for this number. Call the office to open it.")
_UNKNOWN = _l("Something went wrong on our side. Try again shortly.")
_ROLES = {
    Role.INDEMNITOR: _l("indemnitor"),
    Role.COINDEMNITOR: _l("co-indemnitor"),
    Role.DEFENDANT: _l("defendant"),
    Role.STAFF: _l("staff"),
    Role.ADMIN: _l("administrator"),
}


_UNSEEN = ("waiting", _l("Look in WhatsApp"), _l("The code may be there already."))
_SENDING = ("waiting", _l("Sending the code"), _l("This takes a few seconds."))
_ON_ITS_WAY = ("waiting", _l("Sent"), _l("It arrives in a few seconds."))
_DELIVERED = ("arrived", _l("Delivered: check your phone"), _l("The code is in WhatsApp."))
_READ = ("arrived", _l("You have seen it"), _l("Type the six digits here."))
_OF_STATE = {
    DeliveryState.NONE: _UNSEEN,
    DeliveryState.SENDING: _SENDING,
    DeliveryState.ACCEPTED: _ON_ITS_WAY,
    DeliveryState.SENT: _ON_ITS_WAY,
    DeliveryState.DELIVERED: _DELIVERED,
    DeliveryState.READ: _READ,
}


def sentence_of(refusal: Refusal, *, on_its_way: bool = False) -> str:
    """`on_its_way`: a code may arrive all the same, because WhatsApp said neither yes nor no."""
    if refusal.code == "rate_limited":
        return str(_OF_LIMIT.get(refusal.scope, _OF_LIMIT["client"]))
    if refusal.code == "locked":
        return _locked(refusal)
    if refusal.scope == IdentityChangedError.reason:
        return str(_NEW_OWNER)
    if refusal.code == "invalid_code":
        return _wrong(refusal.tries_left or 0)
    if refusal.code == "delivery_unavailable" and on_its_way:
        return str(_("WhatsApp did not confirm the message. If a code arrives, it works."))
    return str(_OF_CODE.get(refusal.code, _UNKNOWN))


def role_name(role: Role) -> str:
    return str(_ROLES[role])


def _locked(refusal: Refusal) -> str:
    if refusal.until:
        return str(_LOCKED_FOR_NOW)
    return str(_LOCKED)


def _wrong(tries_left: int) -> str:
    if not tries_left:
        return str(_("That code is not right, and it was the last try. Ask for a new code."))
    sentence = ngettext(
        "That code is not right. You have %(num)d try left.",
        "That code is not right. You have %(num)d tries left.",
        tries_left,
    )
    return str(sentence)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """What became of the message. `tone` is how it looks: `waiting`, `arrived`, `trouble`."""

    tone: str
    title: str
    advice: str


def delivery_line(state: DeliveryState, reason: str, *, expired: bool) -> DeliveryLine:
    """`reason` is why it failed, in the words of the contract's codes."""
    if state is DeliveryState.FAILED:
        return _failure_line(reason)
    if expired:
        return DeliveryLine("trouble", _("The code has expired"), _("Ask for a new one below."))
    tone, title, advice = _OF_STATE[state]
    return DeliveryLine(tone, str(title), str(advice))


def unseen_line() -> DeliveryLine:
    """When nobody knows what became of the message."""
    return delivery_line(DeliveryState.NONE, "", expired=False)


def _failure_line(reason: str) -> DeliveryLine:
    if reason == IdentityChangedError.reason:
        return DeliveryLine(
            "trouble",
            _("This number may have a new owner"),
            _("Call the office to log in with it."),
        )
    if reason == "recipient_unreachable":
        return DeliveryLine(
            "trouble",
            _("This number has no WhatsApp"),
            _("Check the number, use another one, or call the office."),
        )
    if reason == "delivery_unavailable":
        return DeliveryLine(
            "trouble",
            _("WhatsApp could not deliver it just now"),
            _("Ask for a new code in a minute."),
        )
    return DeliveryLine(
        "trouble",
        _("We could not send the code"),
        _("The problem is on our side. Try again later, or call the office."),
    )
