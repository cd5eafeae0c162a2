"""What the people who own the phones do, for tests: write to the business, disown a code.

`GET /inbox/inbound?from=`, `POST /inbox/inbound` with `{"from": "+12395550100", "text": "Hello"}`,
`POST /inbox/messages/<wamid>/did-not-request`.
"""

import re

from flask import Blueprint, Response, abort, jsonify, make_response, request

from otp_service.simulator.inbound_message import LONGEST_TEXT
from otp_service.simulator.parameters import read_body
from otp_service.simulator.state import SimulatorState

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def refuse_other_sites() -> None:
    """A before_request hook: a page elsewhere can make a browser post a form."""
    is_ours = request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
    if request.method == "POST" and not is_ours:
        abort(403)


def create_inbox_actions(state: SimulatorState) -> Blueprint:
    """The blueprint. What is wrong answers 400 `{"error": "<sentence>"}`, or 404."""
    inbox_actions = Blueprint("inbox_actions", __name__)
    inbox_actions.before_request(refuse_other_sites)

    @inbox_actions.get("/inbox/inbound")
    def inbound() -> Response:
        sender = request.args.get("from", "").strip().removeprefix("+")
        return jsonify([message.to_json() for message in state.inbound.of(f"+{sender}")])

    @inbox_actions.post("/inbox/inbound")
    def write() -> Response:
        body = (read_body(request.get_data()) if request.is_json else None) or {}
        sender, text = body.get("from"), body.get("text", "Hello")
        if not isinstance(sender, str) or not _NUMBER.fullmatch(sender):
            return _wrong("from must be a phone number in E.164, in a JSON body")
        if not isinstance(text, str) or not 1 <= len(text.strip()) <= LONGEST_TEXT:
            return _wrong(f"text must be 1 to {LONGEST_TEXT} characters")
        return make_response(jsonify({"wamid": state.inbound.write(sender, text).wamid}), 201)

    @inbox_actions.post("/inbox/messages/<wamid>/did-not-request")
    def did_not_request(wamid: str) -> Response:
        try:
            press = state.disown(wamid)
        except KeyError:
            abort(404)
        return make_response(jsonify({"wamid": press.wamid}), 201)

    return inbox_actions


def _wrong(sentence: str) -> Response:
    return make_response(jsonify({"error": sentence}), 400)
