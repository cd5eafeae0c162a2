"""Renders the login's screens: what each template is given."""

from dataclasses import dataclass
from typing import Any

import structlog
from flask import Response, g, make_response, redirect, render_template, request, url_for

from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.session import Login, Session
from otp_service.web.countries import Countries
from otp_service.web.languages import LANGUAGES, spoken_language
from otp_service.web.login_screen import Figures, minutes_and_seconds, readable_number
from otp_service.web.login_state import LoginState
from otp_service.web.login_visit import Visits
from otp_service.web.login_words import role_name, sentence_of
from otp_service.web.next_page import origin_of_page
from otp_service.web.page_policy import protect_page


@dataclass(frozen=True, slots=True)
class LoginViews:
    """Each method answers with a whole page."""

    visits: Visits
    countries: Countries

    def number(self, state: LoginState, session: Session | None) -> Response:
        return self._page(
            "number",
            state,
            countries=self.countries.listed(spoken_language()),
            chosen=self.countries.known(state.country),
            logged_in=session is not None,
        )

    def code(self, state: LoginState, figures: Figures) -> Response:
        return self._page(
            "code",
            state,
            figures=figures,
            phone=readable_number(state.phone),
            clock=minutes_and_seconds,
        )

    def done(self, state: LoginState, session: Session) -> Response:
        return self._page("done", state, role=role_name(session.role), phone=state.logged_in_as)

    def embedded_end(self, state: LoginState, login: Login) -> Response:
        """The page that hands a won login to the origin around it."""
        result = {
            "type": "shamrock-login",
            "sessionToken": login.token,
            "role": login.session.role,
            "userId": login.session.user_id,
            "expiresIn": login.expires_in_s,
        }
        return self._page("embedded_end", state, result=result)

    def trouble(self, cause: str, status: int, *, framed: bool) -> Response:
        """A page for what has no screen of its own; `cause` is a word of its template's."""
        g.outcome = cause
        return self._answered("trouble", status, cause=cause, framed=framed)

    def moved(self, endpoint: str, state: LoginState) -> Response:
        """Redirect after a form, so that reloading the page sends nothing again."""
        _note(state)
        response = make_response(redirect(url_for(endpoint), 303))
        return self.visits.keep(response, state)

    def _page(self, name: str, state: LoginState, **context: Any) -> Response:  # noqa: ANN401
        _note(state)
        refusal = state.refusal
        response = self._answered(
            name,
            200,
            framed_by=state.origin,
            leads_to=origin_of_page(state.next_page),
            state=state,
            framed=bool(state.origin),
            field=self.visits.form_field(state.heard()),
            refusal=refusal,
            refusal_text=sentence_of(refusal, on_its_way=name == "code") if refusal else "",
            **context,
        )
        return self.visits.keep(response, state.heard())

    def _answered(
        self,
        name: str,
        status: int,
        framed_by: str = "",
        leads_to: str = "",
        **context: Any,  # noqa: ANN401
    ) -> Response:
        page = render_template(
            f"login/{name}.html",
            languages=LANGUAGES,
            language=spoken_language(),
            **context,
        )
        return protect_page(make_response(page, status), framed_by=framed_by, leads_to=leads_to)


def masked(e164: str) -> str:
    return PhoneNumberReader("US").read(e164).masked


def _note(state: LoginState) -> None:
    """For this request's log line: masked and coarse facts only."""
    g.outcome = state.refusal.code if state.refusal else "ok"
    if state.phone and request.method == "POST":
        structlog.contextvars.bind_contextvars(phone=masked(state.phone))
