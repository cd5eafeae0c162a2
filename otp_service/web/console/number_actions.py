"""What an administrator can do to a number, and what each of it will do, said beforehand."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from otp_service.domain.number_state import NumberState
from otp_service.domain.roles import DEFAULT_ROLE, PRIVILEGED_ROLES, Role
from otp_service.web.login_words import role_name


class Action(StrEnum):
    UNLOCK = "unlock"
    SET_ROLE = "set-role"
    REMOVE_ROLE = "remove-role"
    END_SESSIONS = "end-sessions"
    SAME_OWNER = "same-owner"
    NEW_OWNER = "new-owner"


_DONE = {
    Action.UNLOCK: _l("The number is open again."),
    Action.SET_ROLE: _l("The role is set."),
    Action.REMOVE_ROLE: _l("The role is removed."),
    Action.END_SESSIONS: _l("The sessions are ended."),
    Action.SAME_OWNER: _l("The owner is accepted, with the new phone."),
    Action.NEW_OWNER: _l("The new owner is accepted."),
}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The page that asks before anything is done. `consequences` are sentences."""

    title: str
    consequences: list[str]
    button: str


def done_sentence(action: str) -> str:
    """Of an action that was done; nothing for a word that is none."""
    return str(_DONE[Action(action)]) if action in list(Action) else ""


def confirmation(
    action: Action, number: str, state: NumberState, role: Role, *, own: bool
) -> Confirmation:
    """`role` is the one to set; `own`: it is the administrator's own number."""
    if action is Action.UNLOCK:
        return _unlock(number, state)
    if action is Action.SAME_OWNER:
        return _same_owner(number)
    if action is Action.NEW_OWNER:
        return _new_owner(number, state, own=own)
    if action is Action.END_SESSIONS:
        return Confirmation(
            _("End all sessions of %(number)s?", number=number),
            [_ended(state.sessions), *_about_oneself(own=own)],
            _("End all sessions"),
        )
    if action is Action.SET_ROLE:
        return Confirmation(
            _("Make %(number)s %(role)s?", number=number, role=role_name(role)),
            [*_role_changes(state, role), *_about_oneself(own=own and role is not state.role)],
            _("Set the role"),
        )
    return Confirmation(
        _("Remove the role of %(number)s?", number=number),
        [
            *_role_changes(state, DEFAULT_ROLE),
            *_about_oneself(own=own and state.role is not DEFAULT_ROLE),
        ],
        _("Remove the role"),
    )


def _unlock(number: str, state: NumberState) -> Confirmation:
    told = [_("Codes can be asked for and typed again at once.")]
    if state.failures:
        forgotten = ngettext(
            "%(num)d wrong code will be forgotten.",
            "%(num)d wrong codes will be forgotten.",
            state.failures,
        )
        told.insert(0, str(forgotten))
        told.append(_("Be sure that it is the owner who asks: somebody has been guessing codes."))
    if state.waits_for_s:
        told.append(_("Its wait ends: be sure that its owner asks, for each code costs money."))
    return Confirmation(
        _("Unlock %(number)s?", number=number),
        told,
        _("Unlock the number"),
    )


def _same_owner(number: str) -> Confirmation:
    return Confirmation(
        _("Does the same person still have %(number)s?", number=number),
        [
            _("Be sure of it by something else than this number: it is what is in doubt."),
            _("Codes can be asked for at once, and role and userId stay."),
            _("Whoever logs in next with this number is taken for the owner from then on."),
        ],
        _("It is the same person"),
    )


def _new_owner(number: str, state: NumberState, *, own: bool) -> Confirmation:
    return Confirmation(
        _("Does a new person have %(number)s?", number=number),
        [
            *_role_changes(state, DEFAULT_ROLE),
            _("The new owner gets a userId of their own: nothing of the former one's is theirs."),
            _("Whoever logs in next with this number is taken for the owner from then on."),
            *_about_oneself(own=own),
        ],
        _("It is a new person"),
    )


def _role_changes(state: NumberState, role: Role) -> list[str]:
    if role is state.role:
        return [_("It has this role already; nobody is logged out.")]
    sentences = [
        _(
            "Now it is: %(before)s. Then: %(after)s.",
            before=role_name(state.role),
            after=role_name(role),
        ),
        _ended(state.sessions),
    ]
    if role is Role.ADMIN:
        sentences.append(_("An administrator sees this console and changes roles in it."))
    elif role in PRIVILEGED_ROLES:
        sentences.append(_("Staff see this console and change nothing in it."))
    return sentences


def _ended(sessions: int) -> str:
    if not sessions:
        return str(_("Nobody is logged in with this number now."))
    sentence = ngettext(
        "%(num)d session ends: that device has to log in again.",
        "%(num)d sessions end: those devices have to log in again.",
        sessions,
    )
    return str(sentence)


def _about_oneself(*, own: bool) -> list[str]:
    return [_("This is your own number: you will be logged out.")] if own else []
