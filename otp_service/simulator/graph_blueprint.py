"""What every blueprint of the simulated Graph API has: call count, error envelope, headers.

Meta, "Graph API, Handling errors".
"""

import secrets

from flask import Blueprint, Response, jsonify, make_response, request

from otp_service.simulator.error_flavour import published
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.state import SimulatorState


def create_graph_blueprint(name: str, state: SimulatorState, error_flavour: str) -> Blueprint:
    """A blueprint without routes whose refusals and headers look like graph.facebook.com's.

    `error_flavour`: see `SimulatorSettings`.
    """
    blueprint = Blueprint(name, __name__)

    @blueprint.before_request
    def count_request() -> None:
        state.count_request()

    @blueprint.errorhandler(GraphError)
    def refuse(error: GraphError) -> Response:
        shown = published(error) if error_flavour == "published" else error
        return make_response(jsonify(shown.to_json()), shown.http_status)

    @blueprint.after_request
    def add_trace_headers(response: Response) -> Response:
        version = (request.view_args or {}).get("version")
        if version:
            response.headers["facebook-api-version"] = version
        response.headers["x-fb-request-id"] = f"A{secrets.token_urlsafe(16)}"
        response.headers["x-fb-trace-id"] = secrets.token_urlsafe(8)
        return response

    return blueprint
