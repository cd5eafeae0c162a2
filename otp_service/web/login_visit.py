"""One request of a visitor: the state it brought, and how the next one is given back.

On our own pages the state is in a cookie and a form proves with a CSRF token that it is ours. A
framed page has no cookies, because browsers keep them from frames of other sites: there the
state is a field of the form. Nothing a browser adds by itself then counts for anything, so there
is nothing for another site to ride on, and no token is needed beside it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from flask import Response, request

from otp_service.web.cookies import STATE_COOKIE
from otp_service.web.login_state import STATE_TTL_S, LoginState, StateSeal, new_visit_id
from otp_service.web.same_origin import is_from_our_pages


class StaleVisitError(Exception):
    """The form is not one of ours, is too old, or came without its cookie."""


@dataclass(frozen=True, slots=True)
class Visits:
    """`embedders` are the origins that may frame the login screen."""

    seal: StateSeal
    embedders: Collection[str]

    def current(self) -> LoginState:
        """Of a page that is looked at: where its login stands, else a new one."""
        return self._in_cookie() or LoginState(new_visit_id())

    def begin_embedded(self, origin: str) -> LoginState | None:
        """None for an origin that may not embed us."""
        if origin not in self.embedders:
            return None
        return LoginState(new_visit_id(), origin=origin)

    def submitted(self) -> LoginState:
        """Of a form that was sent. Raise StaleVisitError."""
        if not is_from_our_pages():
            raise StaleVisitError
        if "state" in request.form:
            return self._in_form()
        state = self._in_cookie()
        if state is None or not self.seal.is_csrf_token(request.form.get("csrf", ""), state):
            raise StaleVisitError
        return state

    def keep(self, response: Response, state: LoginState) -> Response:
        """Give the state to the browser; a framed page has it in its forms already."""
        if not state.origin:
            STATE_COOKIE.write(response, self.seal.seal(state), STATE_TTL_S)
        return response

    def form_field(self, state: LoginState) -> tuple[str, str]:
        """Name and value of the hidden field in every form."""
        if state.origin:
            return "state", self.seal.seal(state)
        return "csrf", self.seal.csrf_token(state)

    def _in_cookie(self) -> LoginState | None:
        state = self.seal.open(STATE_COOKIE.read())
        return None if state is None or state.origin else state

    def _in_form(self) -> LoginState:
        state = self.seal.open(request.form["state"])
        if state is None or state.origin not in self.embedders:
            raise StaleVisitError
        return state
