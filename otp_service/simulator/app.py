"""Puts the simulator together: the Graph API, the inbox pages and the test control."""

import time
from collections.abc import Callable

from flask import Flask, Response, redirect, request, url_for
from flask.json.provider import DefaultJSONProvider
from werkzeug.wrappers import Response as WerkzeugResponse

from otp_service.simulator.account_api import create_account_api
from otp_service.simulator.control_api import create_control_api
from otp_service.simulator.faults import OrderedFaults
from otp_service.simulator.graph_api import create_graph_api
from otp_service.simulator.inbox_actions import create_inbox_actions
from otp_service.simulator.inbox_pages import create_inbox_pages
from otp_service.simulator.messages_endpoint import MessagesEndpoint
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState
from otp_service.simulator.webhook_orders import WebhookOrders
from otp_service.simulator.webhook_reports import WebhookReports
from otp_service.simulator.webhook_sender import WebhookSender

#: Answer as graph.facebook.com does, so without the headers of pages for people.
_GRAPH_BLUEPRINTS = ("graph_api", "account_api")


class _GraphJSON(DefaultJSONProvider):
    """Members in the order of Meta's pages, not of the alphabet."""

    sort_keys = False


def create_simulator(
    settings: SimulatorSettings,
    *,
    state: SimulatorState | None = None,
    faults: OrderedFaults | None = None,
    sender: WebhookSender | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Flask:
    """The WSGI application. Dropped connections need `serve`, which can close a socket.

    `state`, `faults`: given by whoever wants to look at them while it runs. `sender`: sends
    webhooks while its own `running()` block lasts. `sleep`: seconds.
    """
    state = state or SimulatorState(settings)
    faults = faults or OrderedFaults(settings.latency_s)
    sender = sender or WebhookSender(settings)
    reports = WebhookReports(settings, sender, state.clock, state.identities.told_of)
    state.inbound.on_message(reports.message_received)
    state.account.on_change(reports.account_changed)
    state.templates.on_change(reports.account_changed)
    messages = MessagesEndpoint(settings, state, faults, reports, sleep)
    webhook_orders = WebhookOrders(settings, reports, sender)
    app = Flask(__name__, static_url_path="/inbox/static")
    app.json = _GraphJSON(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(create_graph_api(settings, state, messages))
    app.register_blueprint(create_account_api(settings, state))
    app.register_blueprint(create_control_api(settings, state, faults, webhook_orders))
    app.register_blueprint(create_inbox_actions(state))
    app.register_blueprint(create_inbox_pages(settings, state))

    @app.get("/")
    def root() -> WerkzeugResponse:
        return redirect(url_for("inbox_pages.chats"))

    @app.after_request
    def add_security_headers(response: Response) -> Response:
        if request.blueprint in _GRAPH_BLUEPRINTS:
            return response
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
            "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app
