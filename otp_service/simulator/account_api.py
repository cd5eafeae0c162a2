"""The paths of the account: number, templates, webhooks, analytics, history, token and more.

Meta, "Graph API" and "WhatsApp Business Management API, Rate limits". The order of the checks
is a design choice: Meta's is not documented.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, jsonify, request

from otp_service.simulator.account import AccountState
from otp_service.simulator.account_analytics import AccountAnalytics
from otp_service.simulator.account_edges import AccountEdges
from otp_service.simulator.app_endpoints import AppEndpoints
from otp_service.simulator.authorization import (
    check_app_secret_proof,
    check_token,
    check_version,
)
from otp_service.simulator.business_account_node import BusinessAccountNode
from otp_service.simulator.endpoint import Endpoint, Endpoints, Token
from otp_service.simulator.graph_blueprint import create_graph_blueprint
from otp_service.simulator.graph_call import read_call
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.message_records import MessageRecords
from otp_service.simulator.parameters import read_body
from otp_service.simulator.phone_number_node import PhoneNumberNode
from otp_service.simulator.phone_number_registration import PhoneNumberRegistration
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState
from otp_service.simulator.template_endpoints import TemplateEndpoints

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_EDGE = re.compile(r"/[0-9]+/[a-z_]+")


def create_account_api(settings: SimulatorSettings, state: SimulatorState) -> Blueprint:
    """The blueprint. Known ids are literal parts of its paths, so that they win over any id."""
    account_api = create_graph_blueprint("account_api", state, settings.error_flavour)
    caller = _Caller(settings, state.account)
    records = MessageRecords(settings, state)
    counted: set[tuple[str, str]] = set()

    def route(path: str, methods: Mapping[str, Endpoint]) -> None:
        def answer(version: str, node_id: str = path.split("/")[1]) -> Response:
            return caller.answer(version, node_id, methods)

        name = path.strip("/")
        account_api.add_url_rule(
            f"/<version>{path}", endpoint=name, view_func=answer, methods=_METHODS
        )
        counted.update((f"account_api.{name}", m) for m, e in methods.items() if e.counted)

    paths = _endpoints(settings, state, records)
    for path, methods in paths.items():
        route(path, methods)
    route("/<node_id>/events", {"GET": records.events_endpoint()})
    for edge in sorted({path.split("/")[2] for path in paths if _EDGE.fullmatch(path)}):
        route(f"/<node_id>/{edge}", {})

    @account_api.after_request
    def tell_usage(response: Response) -> Response:
        if (request.endpoint, request.method) in counted:
            usage = state.account.management_limit.usage_header(settings.business_id)
            response.headers["X-Business-Use-Case-Usage"] = usage
        return response

    return account_api


class _Caller:
    """Checks who calls and how often, then asks the endpoint."""

    def __init__(self, settings: SimulatorSettings, account: AccountState) -> None:
        self._account = account
        self._settings_of = {
            Token.SYSTEM_USER: settings,
            Token.APP: replace(settings, access_token=settings.app_access_token),
        }

    def answer(self, version: str, node_id: str, methods: Mapping[str, Endpoint]) -> Response:
        """Raises `GraphError`; 100/33 for an id without such an edge or method."""
        endpoint = methods.get(request.method)
        self._check_token(endpoint.token if endpoint else Token.SYSTEM_USER)
        check_version(version, request.path)
        if endpoint is None:
            raise GraphError.unsupported_object(request.method, node_id)
        if endpoint.counted and not self._account.management_limit.take():
            raise GraphError.of(80008)
        return jsonify(endpoint.answer(read_call(request, node_id, endpoint.parameters)))

    def _check_token(self, token: Token) -> None:
        if token is Token.NONE:
            return
        settings = self._settings_of[token]
        check_token(request, settings)
        body = request.form or read_body(request.get_data()) or {}
        check_app_secret_proof(request, body, settings)


def _endpoints(
    settings: SimulatorSettings, state: SimulatorState, records: MessageRecords
) -> Endpoints:
    account, analytics = state.account, AccountAnalytics(settings, state)
    merged: Endpoints = {}
    for owner in (
        PhoneNumberNode(settings, account),
        PhoneNumberRegistration(settings, account),
        BusinessAccountNode(settings, account, analytics),
        analytics,
        AccountEdges(settings, account),
        AppEndpoints(settings, account),
        records,
        TemplateEndpoints(settings, state.templates),
    ):
        for path, methods in owner.endpoints().items():
            merged.setdefault(path, {}).update(methods)
    return merged
