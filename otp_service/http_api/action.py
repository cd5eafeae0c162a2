"""`POST /`: the drop-in for the Apps Script web app, where refusals of the flow are HTTP 200."""

from datetime import UTC, datetime

from flask import Blueprint, Response, g, jsonify, request

from otp_service import __version__
from otp_service.domain.errors import (
    ForbiddenError,
    OtpError,
    StoreUnavailableError,
    TooManyBadKeysError,
    UnauthorizedError,
)
from otp_service.http_api.errors import (
    STATUS_OF,
    MalformedBodyError,
    UnknownActionError,
    answers_validity,
    refusal,
)
from otp_service.http_api.login_answers import Body, LoginAnswers
from otp_service.http_api.request_body import json_object
from otp_service.http_api.request_log import note

_VALIDATE = "whatsapp_validate_otp"
# Callers of a web app that cannot set a status read any other one as "server broken".
_NEVER_REACHED_THE_FLOW = (
    MalformedBodyError,
    UnknownActionError,
    UnauthorizedError,
    ForbiddenError,
    TooManyBadKeysError,
    StoreUnavailableError,
)


def action_blueprint(answers: LoginAnswers) -> Blueprint:
    blueprint = Blueprint("action", __name__)
    actions = {
        "whatsapp_send_otp": answers.send,
        "whatsapp_resend_otp": answers.resend,
        _VALIDATE: answers.validate,
        "health": _health,
    }

    @blueprint.before_request
    def shape() -> None:
        if request.method == "POST" and json_object().get("action") == _VALIDATE:
            answers_validity()

    @blueprint.post("/")
    def dispatch() -> Response:
        body = json_object()
        action = body.get("action")
        if not isinstance(action, str) or action not in actions:
            raise UnknownActionError(f"action must be one of: {', '.join(actions)}.")
        g.action = action
        note(action=action)
        return jsonify(actions[action](body))

    blueprint.register_error_handler(OtpError, _refused)
    return blueprint


def _refused(error: OtpError) -> Response:
    reached = not isinstance(error, _NEVER_REACHED_THE_FLOW)
    return refusal(error, 200 if reached else STATUS_OF[type(error)])


def _health(_body: Body) -> Body:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"success": True, "version": __version__, "timestamp": now}
