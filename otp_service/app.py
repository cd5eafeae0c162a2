"""create_app: blueprints with their auth hooks, error handlers, headers, logs."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from otp_service.bootstrap import Services, build_services
from otp_service.domain.api_clients import Scope
from otp_service.http_api.action import action_blueprint
from otp_service.http_api.audit import audit_blueprint
from otp_service.http_api.audit_export import export_file
from otp_service.http_api.authentication import authenticator
from otp_service.http_api.contract import contract_blueprint
from otp_service.http_api.errors import register_error_handlers
from otp_service.http_api.identities import identities_blueprint
from otp_service.http_api.lockouts import lockouts_blueprint
from otp_service.http_api.login_answers import LoginAnswers
from otp_service.http_api.metrics import metrics_blueprint
from otp_service.http_api.otp import otp_blueprint
from otp_service.http_api.probes import probes_blueprint
from otp_service.http_api.request_body import MAX_BODY_BYTES
from otp_service.http_api.request_log import register_request_log
from otp_service.http_api.roles import roles_blueprint
from otp_service.http_api.security_headers import SecurityHeaders
from otp_service.http_api.sessions import sessions_blueprint
from otp_service.http_api.tracing import register_tracing
from otp_service.http_api.webhooks import webhook_guard, webhooks_blueprint
from otp_service.settings import Settings
from otp_service.web.console.access import FormTokens
from otp_service.web.console.blueprint import CONSOLE_PAGES, Console, console_blueprint
from otp_service.web.console.event_pages import EventPages
from otp_service.web.console.health_page import HealthPage
from otp_service.web.console.number_links import NumberLinks
from otp_service.web.console.number_pages import NumberPages
from otp_service.web.console.overview_page import OverviewPage
from otp_service.web.console.screen import Screen
from otp_service.web.console.times import Times
from otp_service.web.countries import Countries
from otp_service.web.embedding import embedding_blueprint
from otp_service.web.languages import register_languages
from otp_service.web.login_flow import LoginFlow
from otp_service.web.login_pages import LoginPages, login_pages_blueprint
from otp_service.web.login_state import StateSeal
from otp_service.web.login_views import LoginViews
from otp_service.web.login_visit import Visits
from otp_service.web.next_page import NextPages

# Blueprints that answer without an API key; every other one has an auth hook.
PUBLIC = frozenset({"probes", "contract"})
# Meta proves itself by a signature instead.
SIGNED = frozenset({"webhooks"})
# For people: forms of our own origin, with CSRF tokens. No part of the contract.
PAGES = frozenset({"login_pages", "embedding", "console"})


class _Service(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: nothing of ours is a coroutine, and Flask looks at ten functions a request."""
        return func


def create_app(settings: Settings, services: Services | None = None) -> Flask:
    """Tests may pass `services` of their own; else they are built from the settings."""
    services = services or build_services(settings)
    app = _Service("otp_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    if services.telemetry.tracing:
        register_tracing(app, services.telemetry.tracing)
    register_request_log(app, services.telemetry.metrics)
    app.wsgi_app = SecurityHeaders(app.wsgi_app)  # type: ignore[method-assign]
    register_error_handlers(app)
    _register_blueprints(app, settings, services)
    _register_pages(app, settings, services)
    _allow_origins(app, settings.cors_origins)
    if settings.trusted_proxies:
        _trust_proxies(app, settings.trusted_proxies)
    return app


def _register_blueprints(app: Flask, settings: Settings, services: Services) -> None:
    answers = LoginAnswers(services.logins, require_request_id=settings.otp_require_request_id)
    for blueprint, scope in (
        (action_blueprint(answers), Scope.OTP),
        (otp_blueprint(answers, services.deliveries), Scope.OTP),
        (sessions_blueprint(services.sessions, settings.session_audience), Scope.SESSIONS),
        (roles_blueprint(services.administration), Scope.ROLES),
        (lockouts_blueprint(services.administration), Scope.ROLES),
        (identities_blueprint(services.administration), Scope.ROLES),
        (audit_blueprint(services.audit), Scope.AUDIT),
        (metrics_blueprint(services.metrics_page), Scope.METRICS),
    ):
        blueprint.before_request(authenticator(services.clients, services.guesses, scope))
        app.register_blueprint(blueprint)
    webhooks = webhooks_blueprint(services.webhooks)
    webhooks.before_request(webhook_guard(services.webhooks))
    app.register_blueprint(webhooks)
    app.register_blueprint(probes_blueprint(services.check_store, services.doctor))
    app.register_blueprint(contract_blueprint())


def _register_pages(app: Flask, settings: Settings, services: Services) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    register_languages(app)
    visits = Visits(StateSeal(services.page_keys), settings.cors_origins)
    countries = Countries(settings.otp_default_region, settings.otp_allowed_countries)
    flow = LoginFlow(
        logins=services.logins,
        deliveries=services.deliveries,
        visits=services.visits,
        require_request_id=settings.otp_require_request_id,
    )
    pages = LoginPages(
        flow=flow,
        sessions=services.sessions,
        visits=visits,
        views=LoginViews(visits, countries),
        next_pages=NextPages((*settings.login_next_allowlist, *CONSOLE_PAGES)),
    )
    app.register_blueprint(login_pages_blueprint(pages))
    app.register_blueprint(embedding_blueprint())
    app.register_blueprint(console_blueprint(_console(settings, services)))


def _console(settings: Settings, services: Services) -> Console:
    tokens = FormTokens(services.page_keys)
    screen = Screen(tokens, Times(settings.time_zone))
    return Console(
        sessions=services.sessions,
        tokens=tokens,
        screen=screen,
        overview=OverviewPage(services.audit, services.ceiling, screen),
        events=EventPages(services.audit, export_file, screen),
        numbers=NumberPages(
            services.administration, services.audit, NumberLinks(services.page_keys), screen
        ),
        health=HealthPage(services.doctor, services.journal, services.looks, screen),
    )


def _allow_origins(app: Flask, origins: tuple[str, ...]) -> None:
    if origins:
        CORS(
            app,
            origins=list(origins),
            methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-ID"],
            expose_headers=["Retry-After", "X-Request-ID"],
            max_age=600,
        )


def _trust_proxies(app: Flask, hops: int) -> None:
    # Exactly as many addresses are believed as there are proxies of ours in front.
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_prefix=0
    )
