"""The messages path of the simulated Graph API, and every path nobody knows.

Meta, "Graph API, Handling errors".
"""

from flask import Blueprint, Response, request

from otp_service.simulator.authorization import check_token, unknown_path
from otp_service.simulator.graph_blueprint import create_graph_blueprint
from otp_service.simulator.messages_endpoint import MessagesEndpoint
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState

_ANY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")


def create_graph_api(
    settings: SimulatorSettings, state: SimulatorState, messages: MessagesEndpoint
) -> Blueprint:
    """The blueprint that answers as graph.facebook.com would, for paths it does not know too."""
    graph_api = create_graph_blueprint("graph_api", state, settings.error_flavour)

    graph_api.add_url_rule(
        "/<version>/<node_id>/messages",
        endpoint="messages",
        view_func=messages.answer,
        methods=_ANY_METHOD,
    )

    @graph_api.route("/<path:path>", methods=_ANY_METHOD)
    def elsewhere(path: str) -> Response:
        check_token(request, settings)
        raise unknown_path(f"/{path}")

    return graph_api
