"""The console's routes, each with the right it asks for, and what is shown when it is missing."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from flask import Blueprint, Response, g, request, url_for
from werkzeug.exceptions import HTTPException

from otp_service.domain.errors import OtpError, RateLimitedError, StoreUnavailableError
from otp_service.domain.session_service import SessionService
from otp_service.web.console.access import (
    ForgedFormError,
    FormTokens,
    NotAllowedError,
    NotLoggedInError,
    Right,
    gate,
    officer,
)
from otp_service.web.console.event_pages import EventPages
from otp_service.web.console.health_page import HealthPage
from otp_service.web.console.number_actions import Action
from otp_service.web.console.number_pages import NumberPages
from otp_service.web.console.overview_page import OverviewPage
from otp_service.web.console.screen import Screen, choose_language, keep_language, moved
from otp_service.web.cookies import SESSION_COOKIE

# What a login may lead to beside the settings' own list.
CONSOLE_PAGES = ("/admin", "/admin/")
_ACTION = f"<any({', '.join(repr(action.value) for action in Action)}):action>"
_log = structlog.get_logger(__name__)


class Route(NamedTuple):
    method: str
    path: str
    view: Callable[..., Response]
    right: Right


@dataclass(frozen=True, slots=True)
class Console:
    """Its pages, and who may come in."""

    sessions: SessionService
    tokens: FormTokens
    screen: Screen
    overview: OverviewPage
    events: EventPages
    numbers: NumberPages
    health: HealthPage

    def routes(self) -> tuple[Route, ...]:
        numbers, events = self.numbers, self.events
        return (
            Route("GET", "/admin", self.overview.overview, Right.READ),
            Route("GET", "/admin/events", events.events, Right.READ),
            Route("POST", "/admin/events", events.search, Right.READ),
            Route("GET", "/admin/events/export", events.export, Right.READ),
            Route("GET", "/admin/logins/<request_id>", events.login, Right.READ),
            Route("GET", "/admin/numbers", numbers.numbers, Right.READ),
            Route("POST", "/admin/numbers", numbers.look_up, Right.READ),
            Route("GET", "/admin/numbers/<user_id>", numbers.number, Right.READ),
            Route("GET", f"/admin/numbers/<user_id>/{_ACTION}", numbers.confirm, Right.CHANGE),
            Route("POST", f"/admin/numbers/<user_id>/{_ACTION}", numbers.act, Right.CHANGE),
            Route("GET", "/admin/health", self.health.health, Right.READ),
            Route("POST", "/admin/health", self.health.look, Right.CHANGE),
            Route("POST", "/admin/logout", self.log_out, Right.LEAVE),
        )

    def log_out(self) -> Response:
        self.sessions.revoke(SESSION_COOKIE.read(), officer().origin())
        response = moved(url_for("login_pages.number", next=url_for("console.overview")))
        SESSION_COOKIE.forget(response)
        return response

    def to_login(self, _error: NotLoggedInError) -> Response:
        """Lead back here afterwards: to the page that was asked for, if it was only looked at."""
        wanted = request.path if request.method == "GET" else url_for("console.overview")
        g.outcome = "not_logged_in"
        return moved(url_for("login_pages.number", next=wanted))

    def refused(self, _error: NotAllowedError) -> Response:
        return self._trouble("forbidden", 403)

    def forged(self, _error: ForgedFormError) -> Response:
        return self._trouble("stale", 400)

    def unavailable(self, error: OtpError) -> Response:
        if isinstance(error, StoreUnavailableError):
            return self._trouble(error.code, 503)
        status = 429 if isinstance(error, RateLimitedError) else 400
        return self._trouble(error.code, status, error.message)

    def failed(self, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return self._trouble("not_found", error.code or 404)
        # Not str(error): a library's message may quote what was sent.
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        where = " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
        _log.error("unexpected_error", error=type(error).__name__, where=where)
        return self._trouble("internal_error", 500)

    def _trouble(self, cause: str, status: int, detail: str = "") -> Response:
        g.outcome = cause
        return self.screen.page("trouble", status=status, cause=cause, detail=detail)


def console_blueprint(console: Console) -> Blueprint:
    """No API key: whoever comes in has logged in with WhatsApp, as somebody of the office."""
    blueprint = Blueprint("console", __name__)
    rights: dict[str, Right] = {}
    for route in console.routes():
        name = route.view.__name__
        blueprint.add_url_rule(route.path, name, route.view, methods=[route.method])
        rights[f"{blueprint.name}.{name}"] = route.right
    blueprint.before_request(choose_language)
    blueprint.before_request(gate(console.sessions, console.tokens, rights))
    blueprint.after_request(keep_language)
    blueprint.register_error_handler(NotLoggedInError, console.to_login)
    blueprint.register_error_handler(NotAllowedError, console.refused)
    blueprint.register_error_handler(ForgedFormError, console.forged)
    blueprint.register_error_handler(OtpError, console.unavailable)
    blueprint.register_error_handler(Exception, console.failed)
    return blueprint
