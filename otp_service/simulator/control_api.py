"""The simulator's own test control, no part of Meta's API: messages as JSON, ordered faults.

`GET /inbox/messages?to=&limit=`, `DELETE /inbox/messages`, `GET` and `POST /control`.
"""

from collections.abc import Callable
from typing import Any, TypeGuard

from flask import Blueprint, Response, jsonify, make_response, request

from otp_service.simulator.account_orders import account_orders
from otp_service.simulator.error_codes import ERROR_KINDS
from otp_service.simulator.faults import OrderedFaults
from otp_service.simulator.identities import identity_orders
from otp_service.simulator.parameters import JsonObject, read_body
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState
from otp_service.simulator.template_orders import template_orders
from otp_service.simulator.webhook_orders import WebhookOrders

_MAX_LATENCY_S = 300.0


def create_control_api(
    settings: SimulatorSettings,
    state: SimulatorState,
    faults: OrderedFaults,
    webhook_orders: WebhookOrders,
) -> Blueprint:
    """The blueprint. A wrong order answers 400 `{"error": "<sentence>"}` and changes nothing."""
    control_api = Blueprint("control_api", __name__)

    @control_api.get("/inbox/messages")
    def messages() -> Response:
        to = request.args.get("to", "").strip()
        limit = request.args.get("limit", "")
        found = state.messages(
            to=f"+{to.removeprefix('+')}" if to else None,
            limit=int(limit) if limit.isascii() and limit.isdecimal() else settings.page_size,
        )
        return jsonify([message.to_json() for message in found])

    @control_api.delete("/inbox/messages")
    def clear_messages() -> Response:
        state.clear_messages()
        return make_response("", 204)

    @control_api.get("/control")
    def show() -> Response:
        shown = faults.to_json() | {"requests_received": state.requests_received}
        return jsonify(shown | {"webhooks": webhook_orders.to_json()})

    @control_api.post("/control")
    def order() -> Response:
        body = read_body(request.get_data()) if request.is_json else None
        actions = _read_orders(body, state, faults, webhook_orders)
        for action in actions:
            action()
        return show()

    @control_api.errorhandler(ValueError)
    def refuse(error: ValueError) -> Response:
        return make_response(jsonify({"error": str(error)}), 400)

    return control_api


def _read_orders(
    body: JsonObject | None,
    state: SimulatorState,
    faults: OrderedFaults,
    webhook_orders: WebhookOrders,
) -> list[Callable[[], None]]:
    """One action for each member, so that either all of them are carried out or none.

    Raises `ValueError` with a sentence on the first member that is wrong.
    """
    if body is None:
        raise ValueError("the body must be a JSON object, sent as application/json")
    readers: dict[str, Callable[[Any], Callable[[], None]]] = {
        "latency_s": lambda value: _latency(value, faults),
        "fail_next": lambda value: _fail_next(value, faults),
        "drop_next": lambda value: _drop_next(value, faults),
        **account_orders(state.account),
        **identity_orders(state.identities),
        **template_orders(state.templates),
        **webhook_orders.readers(),
    }
    unknown = sorted(set(body) - set(readers))
    if unknown:
        raise ValueError(f"unknown members: {', '.join(unknown)}; known: {', '.join(readers)}")
    return [reader(body[key]) for key, reader in readers.items() if key in body]


def _latency(value: object, faults: OrderedFaults) -> Callable[[], None]:
    if not _is_seconds(value):
        raise ValueError(f"latency_s must be seconds from 0 to {_MAX_LATENCY_S:.0f}")
    return lambda: faults.set_latency(float(value))


def _fail_next(value: object, faults: OrderedFaults) -> Callable[[], None]:
    if not isinstance(value, dict) or set(value) - {"code", "times"} or "code" not in value:
        raise ValueError('fail_next must be {"code": <error code>, "times": <count>}')
    code = value["code"]
    if not _is_count(code) or code not in ERROR_KINDS:
        raise ValueError(f"fail_next.code must be one of {sorted(ERROR_KINDS)}")
    times = value.get("times", 1)
    if not _is_count(times):
        raise ValueError("fail_next.times must be a whole number, 0 or more")
    return lambda: faults.refuse_next(code, times)


def _drop_next(value: object, faults: OrderedFaults) -> Callable[[], None]:
    if not _is_count(value):
        raise ValueError("drop_next must be a whole number, 0 or more")
    return lambda: faults.drop_next(value)


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_seconds(value: object) -> TypeGuard[int | float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= _MAX_LATENCY_S
