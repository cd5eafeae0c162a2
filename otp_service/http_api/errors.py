"""How a refusal looks over HTTP: the only status table, and the one body shape."""

from contextlib import suppress
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.routing import RequestRedirect

from otp_service.domain import errors
from otp_service.domain.errors import InvalidRequestError, OtpError

_log = structlog.get_logger(__name__)
# A client that is still writing its body would see a broken connection instead of the 413.
_MAX_DRAINED_BYTES = 8 * 1024 * 1024


class MalformedBodyError(InvalidRequestError):
    """The body is not what the Content-Type or the contract says; nothing in it was read."""

    default_message = "The body must be a JSON object."


class UnknownActionError(InvalidRequestError):
    default_message = "The action is missing or not known."


STATUS_OF: dict[type[OtpError], int] = {
    errors.InvalidRequestError: 400,
    MalformedBodyError: 400,
    UnknownActionError: 400,
    errors.InvalidPhoneError: 400,
    errors.UnauthorizedError: 401,
    errors.ForbiddenError: 403,
    errors.CountryNotAllowedError: 403,
    errors.SendInProgressError: 409,
    errors.RecipientUnreachableError: 422,
    errors.IdentityChangedError: 422,
    errors.RateLimitedError: 429,
    errors.PumpingError: 429,
    errors.LockedError: 429,
    errors.TooManyBadKeysError: 429,
    errors.DeliveryFailedError: 502,
    errors.DeliveryUnavailableError: 503,
    errors.AtCapacityError: 503,
    errors.ThroughputError: 503,
    errors.CircuitOpenError: 503,
    errors.UnconfirmedDeliveryError: 503,
    errors.StoreUnavailableError: 503,
    errors.InvalidCodeError: 200,
    errors.ExpiredCodeError: 200,
    errors.TooManyAttemptsError: 200,
}
_CODE_OF_STATUS = {
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    500: "internal_error",
}
_SENTENCE_OF_STATUS = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request is larger than this address takes.",
    500: "Something went wrong on our side. Try again shortly.",
}


def answers_validity() -> None:
    """From here on this request's refusals say `valid: false`; without it, `success: false`."""
    g.answers_validity = True


def refusal(error: OtpError, status: int) -> Response:
    body = _body(error.code, error.message)
    optional = {
        "scope": getattr(error, "scope", None),
        "reason": getattr(error, "reason", None),
        "attemptsRemaining": getattr(error, "attempts_remaining", None),
        "retryAfter": error.retry_after_s,
        "requestId": getattr(error, "request_id", None),
    }
    body.update({name: value for name, value in optional.items() if value is not None})
    response = _answer(body, status, error.retry_after_s)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def register_error_handlers(app: Flask) -> None:
    app.before_request(_refuse_redirects)
    app.register_error_handler(OtpError, _otp_error)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_exception)
    app.register_error_handler(Exception, _unexpected)


def _refuse_redirects() -> None:
    # One would carry a login's body around, and its page quotes the address.
    if isinstance(request.routing_exception, RequestRedirect):
        raise NotFound


def _otp_error(error: OtpError) -> Response:
    return refusal(error, STATUS_OF[type(error)])


def _http_exception(error: HTTPException) -> Response:
    response = _status_answer(error.code or 500)
    response.headers.extend(
        [(name, value) for name, value in error.get_headers() if name == "Allow"]
    )
    return response


def _too_large(_error: RequestEntityTooLarge) -> Response:
    body = request.environ["wsgi.input"]
    # Not a byte more than was announced: a server may leave the connection itself as the body.
    announced = request.content_length
    left = _MAX_DRAINED_BYTES if announced is None else min(announced, _MAX_DRAINED_BYTES)
    # The rest may be broken: then there is nothing more to wait for.
    with suppress(Exception):
        while left > 0 and (chunk := body.read(min(left, 65536))):
            left -= len(chunk)
    return _status_answer(413)


def _unexpected(error: Exception) -> Response:
    # Not str(error): a library's message may quote what the caller sent.
    _log.error("unexpected_error", error=type(error).__name__, where=_innermost(error))
    return _status_answer(500)


def _innermost(error: Exception) -> str:
    frame = error.__traceback__
    trail = []
    while frame is not None:
        code = frame.tb_frame.f_code
        trail.append(f"{code.co_qualname}:{frame.tb_lineno}")
        frame = frame.tb_next
    return " > ".join(trail[-6:])


def _status_answer(status: int) -> Response:
    code = _CODE_OF_STATUS.get(status, "invalid_request")
    sentence = _SENTENCE_OF_STATUS.get(status, InvalidRequestError.default_message)
    return _answer(_body(code, sentence), status, None)


def _body(code: str, sentence: str) -> dict[str, Any]:
    g.outcome = code
    if g.get("answers_validity"):
        return {"valid": False, "error": sentence, "message": sentence, "code": code}
    return {"success": False, "message": sentence, "code": code}


def _answer(body: dict[str, Any], status: int, retry_after_s: int | None) -> Response:
    response = jsonify(body)
    response.status_code = status
    if retry_after_s is not None and status in {429, 503}:
        response.headers["Retry-After"] = str(retry_after_s)
    return response
