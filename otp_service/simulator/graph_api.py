"""The paths of the simulated Graph API, its error envelope and its response headers.

Meta, "Graph API, Handling errors".
"""

import secrets

from flask import Blueprint, Response, jsonify, make_response, request

from otp_service.simulator.authorization import check_token, unknown_path
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.messages_endpoint import MessagesEndpoint
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState

_ANY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")


def create_graph_api(
    settings: SimulatorSettings, state: SimulatorState, messages: MessagesEndpoint
) -> Blueprint:
    """The blueprint that answers as graph.facebook.com would, for paths it does not know too."""
    graph_api = Blueprint("graph_api", __name__)

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

    @graph_api.before_request
    def count_request() -> None:
        state.count_request()

    @graph_api.errorhandler(GraphError)
    def refuse(error: GraphError) -> Response:
        return make_response(jsonify(error.to_json()), error.http_status)

    @graph_api.after_request
    def add_trace_headers(response: Response) -> Response:
        version = (request.view_args or {}).get("version")
        if version:
            response.headers["facebook-api-version"] = version
        response.headers["x-fb-request-id"] = f"A{secrets.token_urlsafe(16)}"
        response.headers["x-fb-trace-id"] = secrets.token_urlsafe(8)
        return response

    return graph_api
