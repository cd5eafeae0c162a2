"""Who calls: the API key of a request, and the scope an address asks for."""

from collections.abc import Callable

from flask import g, request

from otp_service.domain.api_clients import ApiClients, Scope
from otp_service.http_api.errors import MalformedBodyError
from otp_service.http_api.request_body import json_object, optional_text

_BEARER = "Bearer "


def authenticator(clients: ApiClients, scope: Scope) -> Callable[[], None]:
    """A before_request hook. Raise UnauthorizedError, ForbiddenError."""

    def authenticate() -> None:
        # A CORS preflight never carries a key (Fetch standard); it reaches no view either.
        if request.method == "OPTIONS":
            return
        g.client = clients.authenticate(_presented_key())
        g.client.require(scope)

    return authenticate


def _presented_key() -> str:
    """The key, "" for none: from `apiKey` in the body, X-API-Key or Authorization: Bearer."""
    return _body_key() or _header_key()


def _header_key() -> str:
    key = request.headers.get("X-API-Key", "")
    authorization = request.headers.get("Authorization", "")
    if not key and authorization.startswith(_BEARER):
        key = authorization.removeprefix(_BEARER)
    return key.strip()


def _body_key() -> str:
    if (
        request.method in {"GET", "DELETE"}
        or request.mimetype == "application/x-www-form-urlencoded"
    ):
        return ""
    try:
        return optional_text(json_object(), "apiKey") or ""
    except MalformedBodyError:
        # Whoever sends a key in a header is told what is wrong with the body by the view.
        if _header_key():
            return ""
        raise
