"""`/whatsapp/webhooks`: Meta's handshake, and the reports that Meta signs."""

from collections.abc import Callable
from typing import Protocol

from flask import Blueprint, Response, jsonify, request

from otp_service.domain.errors import ForbiddenError, UnauthorizedError
from otp_service.http_api.request_body import whole_body

# Meta allows itself 3 MB and up to a thousand updates a body; ours are of one message each.
MAX_WEBHOOK_BYTES = 1024 * 1024


class Webhooks(Protocol):
    """What the platform adapter knows of Meta's webhooks."""

    def is_verify_token(self, token: str) -> bool: ...

    def is_signed(self, raw: bytes, signature: str) -> bool: ...

    def receive(self, raw: bytes) -> None:
        """Raise StoreUnavailableError: Meta sends it again."""
        ...


def webhook_guard(webhooks: Webhooks) -> Callable[[], None]:
    """A before_request hook: nobody but Meta. Raise UnauthorizedError, ForbiddenError."""

    def guard() -> None:
        if request.method == "POST":
            _require_signature(webhooks)
        elif request.method in {"GET", "HEAD"}:
            _require_verify_token(webhooks)

    return guard


def webhooks_blueprint(webhooks: Webhooks) -> Blueprint:
    blueprint = Blueprint("webhooks", __name__, url_prefix="/whatsapp/webhooks")

    @blueprint.get("")
    def handshake() -> Response:
        # Plain text, so that nothing a caller puts here is ever read as a page.
        return Response(request.args.get("hub.challenge", ""), mimetype="text/plain")

    @blueprint.post("")
    def receive() -> Response:
        webhooks.receive(whole_body(MAX_WEBHOOK_BYTES))
        return jsonify({"success": True})

    return blueprint


def _require_verify_token(webhooks: Webhooks) -> None:
    token = request.args.get("hub.verify_token", "")
    if request.args.get("hub.mode") != "subscribe" or not webhooks.is_verify_token(token):
        raise ForbiddenError("The verify token is wrong.")


def _require_signature(webhooks: Webhooks) -> None:
    request.max_content_length = MAX_WEBHOOK_BYTES
    raw = whole_body(MAX_WEBHOOK_BYTES)
    signature = request.headers.get("X-Hub-Signature-256", "")
    if not signature:
        raise UnauthorizedError("The signature is missing.")
    if not webhooks.is_signed(raw, signature):
        raise ForbiddenError("The signature is wrong.")
