"""`/login`: the number, the code, and the end; with forms alone, and better with JavaScript."""

import traceback
from dataclasses import dataclass, replace

import structlog
from flask import Blueprint, Response, jsonify, make_response, request
from werkzeug.exceptions import HTTPException

from otp_service.domain.errors import OtpError, RateLimitedError
from otp_service.domain.session import Login, Session
from otp_service.domain.session_service import SessionService
from otp_service.web.cookies import SESSION_COOKIE
from otp_service.web.languages import known_language, speak
from otp_service.web.login_flow import LoginFlow
from otp_service.web.login_screen import figures_or_guess, read_figures, read_watch
from otp_service.web.login_state import LoginState, new_visit_id
from otp_service.web.login_views import LoginViews, masked
from otp_service.web.login_visit import StaleVisitError, Visits
from otp_service.web.next_page import NextPages
from otp_service.web.page_policy import REPORT_PATH, log_report
from otp_service.web.visitor import visitor

_log = structlog.get_logger(__name__)
_THEMES = ("light", "dark")
_ASK_AGAIN_S = 3


def login_pages_blueprint(pages: "LoginPages") -> Blueprint:
    """The pages, their files and their one JSON endpoint; all without an API key."""
    blueprint = Blueprint(
        "login_pages",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/login/static",
    )
    for method, path, view in (
        ("GET", "/login", pages.number),
        ("POST", "/login", pages.send),
        ("GET", "/login/code", pages.code),
        ("POST", "/login/code", pages.validate),
        ("POST", "/login/resend", pages.resend),
        ("POST", "/login/status", pages.status),
        ("POST", "/login/show", pages.show),
        ("GET", "/login/done", pages.done),
        ("POST", "/login/logout", pages.log_out),
        ("POST", REPORT_PATH, pages.take_report),
    ):
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
    blueprint.register_error_handler(StaleVisitError, pages.stale)
    blueprint.register_error_handler(OtpError, pages.unavailable)
    blueprint.register_error_handler(Exception, pages.failed)
    return blueprint


@dataclass(frozen=True, slots=True)
class LoginPages:
    flow: LoginFlow
    sessions: SessionService
    visits: Visits
    views: LoginViews
    next_pages: NextPages

    def number(self) -> Response:
        state = self._begun_embedded() if "embed" in request.args else self._looked_at()
        if state is None:
            return self.views.trouble("origin", 403, framed=False)
        return self.views.number(state, None if state.origin else self._session_or_none())

    def send(self) -> Response:
        state = self._submitted()
        country = self.views.countries.known(request.form.get("country", ""))
        after = self.flow.send(state, country, request.form.get("number", ""), visitor())
        sent = (after.phone, after.request_id) != (state.phone, state.request_id)
        return self._at_code(after) if sent else self._at_number(after)

    def code(self) -> Response:
        state = self._looked_at()
        if not state.awaits_code:
            return self.views.moved("login_pages.number", state)
        return self.views.code(state, figures_or_guess(self.flow, state, visitor()))

    def validate(self) -> Response:
        state = self._submitted()
        if not state.awaits_code:
            raise StaleVisitError
        outcome = self.flow.validate(state, request.form.get("code", ""), visitor())
        if isinstance(outcome, LoginState):
            return self._at_code(outcome)
        return self._won(state, outcome)

    def resend(self) -> Response:
        state = self._submitted()
        if not state.awaits_code:
            raise StaleVisitError
        return self._at_code(self.flow.resend(state, visitor()))

    def status(self) -> Response:
        """JSON for the script: how the message stands, at the latest after `wait` seconds."""
        state = self._submitted()
        if not state.awaits_code:
            raise StaleVisitError
        watch = read_watch(request.form.get("after", ""), request.form.get("wait", ""))
        try:
            return jsonify(read_figures(self.flow, state, watch, visitor()).to_json())
        except OtpError as refusal:
            again = {"retryAfter": refusal.retry_after_s or _ASK_AGAIN_S}
            return make_response(jsonify(again), _status_of(refusal))

    def show(self) -> Response:
        """Another step or language of a framed page, which has no address of its own for each."""
        state = self._submitted()
        wanted = known_language(request.form.get("lang", ""))
        state = _spoken_to(replace(state, language=wanted or state.language))
        return self._at_code(state) if self._wants_code(state) else self._at_number(state)

    def done(self) -> Response:
        session = self.sessions.introspect(SESSION_COOKIE.read())
        state = self._looked_at()
        if session is None:
            return self.views.moved("login_pages.number", state)
        return self.views.done(state, session)

    def log_out(self) -> Response:
        state = self._submitted()
        self.sessions.revoke(SESSION_COOKIE.read(), visitor())
        response = self.views.moved(
            "login_pages.number", replace(_fresh(state), notice="logged_out")
        )
        SESSION_COOKIE.forget(response)
        return response

    def take_report(self) -> Response:
        self.flow.visits.admit(visitor().ip)
        log_report()
        return make_response("", 204)

    def stale(self, _error: StaleVisitError) -> Response:
        return self.views.trouble("stale", 400, framed="state" in request.form)

    def unavailable(self, error: OtpError) -> Response:
        return self.views.trouble(error.code, _status_of(error), framed="state" in request.form)

    def failed(self, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return self.views.trouble("not_found", error.code or 404, framed=False)
        # Not str(error): a library's message may quote what the visitor sent.
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        where = " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
        _log.error("unexpected_error", error=type(error).__name__, where=where)
        return self.views.trouble("internal_error", 500, framed=False)

    def _begun_embedded(self) -> LoginState | None:
        state = self.visits.begin_embedded(request.args.get("origin", ""))
        theme = request.args.get("theme", "")
        if state is None:
            return None
        return _spoken_to(
            replace(
                state,
                language=known_language(request.args.get("lang", "")),
                theme=theme if theme in _THEMES else "",
            )
        )

    def _looked_at(self) -> LoginState:
        state = self.visits.current()
        language = known_language(request.args.get("lang", ""))
        next_page = self.next_pages.checked(request.args.get("next", ""))
        return _spoken_to(
            replace(
                state,
                language=language or state.language,
                next_page=next_page or state.next_page,
            )
        )

    def _submitted(self) -> LoginState:
        """Raise StaleVisitError."""
        return _spoken_to(self.visits.submitted())

    def _wants_code(self, state: LoginState) -> bool:
        return state.awaits_code and request.form.get("step") == "code"

    def _at_number(self, state: LoginState) -> Response:
        if state.origin:
            return self.views.number(state, None)
        return self.views.moved("login_pages.number", state)

    def _at_code(self, state: LoginState) -> Response:
        if state.origin:
            return self.views.code(state, figures_or_guess(self.flow, state, visitor()))
        return self.views.moved("login_pages.code", state)

    def _won(self, state: LoginState, login: Login) -> Response:
        if state.origin:
            return self.views.embedded_end(_fresh(state), login)
        ended = replace(_fresh(state), logged_in_as=masked(state.phone))
        response = self.views.moved("login_pages.done", ended)
        # Looked up again: the settings may have changed since the visit began.
        if next_page := self.next_pages.checked(state.next_page):
            response.location = next_page
        SESSION_COOKIE.write(response, login.token, login.expires_in_s)
        return response

    def _session_or_none(self) -> Session | None:
        """For a hint only: without the store there is none to give."""
        token = SESSION_COOKIE.read()
        try:
            return self.sessions.introspect(token) if token else None
        except OtpError:
            return None


def _spoken_to(state: LoginState) -> LoginState:
    if state.language:
        speak(state.language)
    return state


def _fresh(state: LoginState) -> LoginState:
    """What outlasts a login: how the visitor likes to read."""
    return LoginState(
        new_visit_id(), language=state.language, theme=state.theme, origin=state.origin
    )


def _status_of(refusal: OtpError) -> int:
    return 429 if isinstance(refusal, RateLimitedError) else 503
