"""A number's state in words, a line for each thing that the office asks about."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from otp_service.domain.delivery import DeliveryState
from otp_service.domain.number_state import LastMessage, NumberState
from otp_service.web.console.event_words import failure_sentence
from otp_service.web.console.times import Times
from otp_service.web.login_words import role_name

_MESSAGE = {
    DeliveryState.SENDING: _l("being handed to WhatsApp"),
    DeliveryState.ACCEPTED: _l("taken by WhatsApp, not on the phone yet"),
    DeliveryState.SENT: _l("on its way to the phone"),
    DeliveryState.DELIVERED: _l("on the phone"),
    DeliveryState.READ: _l("read"),
}


@dataclass(frozen=True, slots=True)
class StateLine:
    """`tone` is `good`, `bad` or `plain`; `at_ms` an instant that belongs to it, 0 for none."""

    name: str
    text: str
    tone: str = "plain"
    at_ms: int = 0
    request_id: str = ""


def state_lines(state: NumberState, times: Times) -> list[StateLine]:
    return [
        _lock(state, times),
        _unverified(state, times),
        _message(state.last_message),
        _passcode(state, times),
        StateLine(_("Sessions"), _sessions(state.sessions)),
        StateLine(_("Role"), role_name(state.role)),
        _owner(state),
        _disowned(state),
    ]


def _lock(state: NumberState, times: Times) -> StateLine:
    name = _("Wrong codes")
    if state.locked_for_s is None:
        text = _("%(num)s in a row: closed until an administrator opens it", num=state.failures)
        return StateLine(name, text, "bad")
    if state.locked_for_s:
        left = times.duration(state.locked_for_s)
        text = _("%(num)s in a row: locked for %(time)s more", num=state.failures, time=left)
        return StateLine(name, text, "bad")
    if state.failures:
        return StateLine(name, _("%(num)s in a row: open", num=state.failures))
    return StateLine(name, _("none: open"), "good")


def _message(message: LastMessage | None) -> StateLine:
    name = _("Last message")
    if message is None:
        return StateLine(name, _("none in the last days"))
    if message.state is DeliveryState.FAILED:
        text, tone = failure_sentence(message.reason), "bad"
    else:
        arrived = message.state in {DeliveryState.DELIVERED, DeliveryState.READ}
        text, tone = str(_MESSAGE[message.state]), "good" if arrived else "plain"
    return StateLine(name, text, tone, message.begun_at_ms, message.request_id)


def _passcode(state: NumberState, times: Times) -> StateLine:
    if not state.passcode_expires_in_s:
        return StateLine(_("Live code"), _("none"))
    tries = ngettext("%(num)d try spent", "%(num)d tries spent", state.tries_spent)
    left = times.duration(state.passcode_expires_in_s)
    return StateLine(
        _("Live code"), _("works for %(time)s more, %(tries)s", time=left, tries=tries)
    )


def _sessions(count: int) -> str:
    if not count:
        return str(_("nobody is logged in"))
    return str(ngettext("%(num)d device is logged in", "%(num)d devices are logged in", count))


def _disowned(state: NumberState) -> StateLine:
    name = _("Codes nobody asked for")
    if state.flagged:
        return StateLine(name, _("%(num)s today: flagged", num=state.disowned_today), "bad")
    if state.disowned_today:
        return StateLine(name, _("%(num)s today", num=state.disowned_today))
    return StateLine(name, _("none today"))


def _unverified(state: NumberState, times: Times) -> StateLine:
    name = _("Codes without a login")
    if state.waits_for_s:
        left = times.duration(state.waits_for_s)
        text = _("%(num)s in a row: the next one in %(time)s", num=state.unverified, time=left)
        return StateLine(name, text, "bad")
    if state.unverified:
        return StateLine(name, _("%(num)s in a row", num=state.unverified))
    return StateLine(name, _("none"))


def _owner(state: NumberState) -> StateLine:
    name = _("Owner")
    if state.identity_changed_at_ms:
        text = _("perhaps a new one: nobody gets in until you accept them")
        return StateLine(name, text, "bad", state.identity_changed_at_ms)
    if state.former_owners:
        text = ngettext(
            "the number had %(num)d owner before",
            "the number had %(num)d owners before",
            state.former_owners,
        )
        return StateLine(name, str(text))
    if state.identity_known:
        return StateLine(name, _("known by the WhatsApp identity of the first login"), "good")
    return StateLine(name, _("not checked"))
