"""`POST /{version}/{phone-number-id}/messages`: checks, then what was ordered, then the answer.

Meta, "Cloud API, Messages". The order of the checks is a design choice: Meta's is not documented.
"""

import time
from collections.abc import Callable

from flask import Response, jsonify, request

from otp_service.simulator.authentication_template import check_sendable, read_code
from otp_service.simulator.authorization import check_app_secret_proof, check_path, check_token
from otp_service.simulator.faults import OrderedFaults
from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError
from otp_service.simulator.http_server import DroppedConnection
from otp_service.simulator.inbox_message import MessageContent
from otp_service.simulator.magic_numbers import Answer, Behaviour, behaviour_of
from otp_service.simulator.parameters import JsonObject, read_body
from otp_service.simulator.send_request import callback_data, check_is_template, read_recipient
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState
from otp_service.simulator.template_payload import read_template

_BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
)
_UNREADABLE = '{"messaging_product":"whatsapp","contacts":[{'


class MessagesEndpoint:
    """Answers sends. `sleep` (seconds) makes the latency and the slow answers."""

    def __init__(
        self,
        settings: SimulatorSettings,
        state: SimulatorState,
        faults: OrderedFaults,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._state = state
        self._faults = faults
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
            content = self._read_content(_required_body(body))
            behaviour = behaviour_of(content.to)
            self._refuse_as_ordered(content.to, behaviour)
            return self._deliver(content, behaviour)
        finally:
            self._sleep(self._faults.latency_s)

    def _read_content(self, body: JsonObject) -> MessageContent:
        to = read_recipient(body, self._settings)
        check_is_template(body)
        template = read_template(body)
        status = self._state.template_status(template.name, template.language)
        check_sendable(template, status)
        return MessageContent(
            to=to,
            template=template.name,
            language=template.language,
            code=read_code(template.components),
            callback_data=callback_data(body),
        )

    def _refuse_as_ordered(self, recipient: str, behaviour: Behaviour) -> None:
        """Account state and throttles, which exist only as orders and as magic numbers."""
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
        message = self._state.accept(content, failure=behaviour.failure)
        self._sleep(behaviour.delay_s)
        if behaviour.answer is Answer.DROPPED_ACCEPTED:
            return DroppedConnection()
        if behaviour.answer is Answer.UNREADABLE:
            return Response(_UNREADABLE, mimetype="application/json")
        return _accepted(content.to, message.wamid)


def _required_body(body: JsonObject | None) -> JsonObject:
    if body is None:
        raise GraphError.of(
            100, f"the body must be a JSON object, sent as application/json {OWN_STRICTNESS}"
        )
    return body


def _accepted(recipient: str, wamid: str) -> Response:
    return jsonify(
        {
            "messaging_product": "whatsapp",
            "contacts": [
                {"input": request.get_json()["to"], "wa_id": recipient.removeprefix("+")}
            ],
            "messages": [{"id": wamid, "message_status": "accepted"}],
        }
    )
