"""`POST /{version}/{phone-number-id}/messages`: checks, then what was ordered, then the answer.

Meta, "Cloud API, Messages" and "Mark messages as read". The order of the checks is a design
choice: Meta's is not documented.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from flask import Response, jsonify, request

from otp_service.simulator.authentication_template import check_sendable, read_code
from otp_service.simulator.authorization import check_app_secret_proof, check_path, check_token
from otp_service.simulator.faults import OrderedFaults
from otp_service.simulator.free_form import delivery_failure, read_free_form
from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError
from otp_service.simulator.http_server import DroppedConnection
from otp_service.simulator.inbox_message import MessageContent
from otp_service.simulator.magic_numbers import Answer, Behaviour, behaviour_of
from otp_service.simulator.parameters import JsonObject, read_body
from otp_service.simulator.send_request import (
    callback_data,
    identity_key_hash,
    message_type,
    read_receipt,
    read_recipient,
)
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState
from otp_service.simulator.template_payload import read_template
from otp_service.simulator.throttles import Throttles
from otp_service.simulator.webhook_reports import WebhookReports

_BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
)
_IDENTITY_MISMATCH = 137000
_UNREADABLE = '{"messaging_product":"whatsapp","contacts":[{'


class MessagesEndpoint:
    """Answers sends and read receipts. `sleep` (seconds) makes latency and slow answers."""

    def __init__(
        self,
        settings: SimulatorSettings,
        state: SimulatorState,
        faults: OrderedFaults,
        reports: WebhookReports,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._state = state
        self._faults = faults
        self._reports = reports
        self._throttles = Throttles(settings, state.clock)
        self._sleep = sleep

    def answer(self, version: str, node_id: str) -> Response:
        """Answers the current Flask request. Raises `GraphError` when it is refused."""
        body = read_body(request.get_data()) if request.is_json else None
        check_token(request, self._settings)
        check_app_secret_proof(request, body or {}, self._settings)
        check_path(version, node_id, request.method, self._settings)
        if self._faults.take_drop():
            return DroppedConnection()
        try:
            return self._take(_required_body(body))
        finally:
            self._sleep(self._faults.latency_s)

    def _take(self, body: JsonObject) -> Response:
        if body.get("status") is not None:
            return self._mark_read(read_receipt(body))
        content = self._read_content(body)
        behaviour = behaviour_of(content.to)
        self._refuse_as_ordered(content.to, behaviour)
        self._throttles.take(content.to)
        return self._deliver(content, behaviour)

    def _mark_read(self, wamid: str) -> Response:
        if not self._state.inbound.mark_read(wamid):
            details = f"message_id: no such message came in the last 30 days {OWN_STRICTNESS}"
            raise GraphError.of(131009, details)
        return jsonify({"success": True})

    def _read_content(self, body: JsonObject) -> MessageContent:
        to = read_recipient(body, self._settings)
        kind = message_type(body)
        expected = identity_key_hash(body)
        if kind == "template":
            return replace(self._read_template(body, to), identity_key_hash=expected)
        if not self._state.inbound.window_is_open(to):
            raise GraphError.of(131047)
        content = read_free_form(body, kind, to, self._state.account.media_ids)
        return replace(content, identity_key_hash=expected)

    def _read_template(self, body: JsonObject, to: str) -> MessageContent:
        template = read_template(body)
        check_sendable(template, self._state.templates.find(template.name, template.language))
        return MessageContent(
            to=to,
            template=template.name,
            language=template.language,
            code=read_code(template.components),
            callback_data=callback_data(body),
        )

    def _refuse_as_ordered(self, recipient: str, behaviour: Behaviour) -> None:
        """Account state and throttles, most of which exist only as orders and as magic numbers."""
        if not self._state.account.number.is_registered:
            raise GraphError.of(133010)
        ordered = self._faults.take_refusal()
        if ordered is not None:
            raise GraphError.of(ordered)
        if behaviour.refusal is None:
            return
        times = behaviour.refusals
        if times is None or self._state.refuse_again(recipient, times):
            raise GraphError.of(behaviour.refusal)

    def _deliver(self, content: MessageContent, behaviour: Behaviour) -> Response:
        if behaviour.answer is Answer.DROPPED_UNACCEPTED:
            return DroppedConnection()
        if behaviour.answer is Answer.BAD_GATEWAY:
            return Response(_BAD_GATEWAY, status=502, mimetype="text/html")
        # Taken before the wait, as at Meta: a caller that gives up waiting has sent a message.
        failure = behaviour.failure or delivery_failure(content)
        if self._state.identities.keeps_out(content.to, content.identity_key_hash):
            failure = _IDENTITY_MISMATCH
        steps = self._reports.steps(failure)
        message = self._state.accept(content, failure=failure, steps=steps)
        self._reports.message_accepted(message)
        self._sleep(behaviour.delay_s)
        if behaviour.answer is Answer.DROPPED_ACCEPTED:
            return DroppedConnection()
        if behaviour.answer is Answer.UNREADABLE:
            return Response(_UNREADABLE, mimetype="application/json")
        return _accepted(content, message.wamid)


def _required_body(body: JsonObject | None) -> JsonObject:
    if body is None:
        raise GraphError.of(
            100, f"the body must be a JSON object, sent as application/json {OWN_STRICTNESS}"
        )
    return body


def _accepted(content: MessageContent, wamid: str) -> Response:
    """`message_status` is told of templates only."""
    status = {"message_status": "accepted"} if content.type == "template" else {}
    contact = {"input": request.get_json()["to"], "wa_id": content.to.removeprefix("+")}
    return jsonify(
        {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": wamid} | status],
        }
    )
