"""Who calls: the API key of a request, and the scope an address asks for."""

from collections.abc import Callable
from contextlib import suppress

from flask import g, request

from otp_service.domain.api_clients import ApiClients, KeyGuesses, Scope
from otp_service.domain.errors import StoreUnavailableError, UnauthorizedError
from otp_service.http_api.errors import MalformedBodyError
from otp_service.http_api.request_body import caller_ip, form_or_json

_WITH_BODY = frozenset({"POST", "PUT"})


def authenticator(clients: ApiClients, guesses: KeyGuesses, scope: Scope) -> Callable[[], None]:
    """A before_request hook. Raise UnauthorizedError, TooManyBadKeysError, ForbiddenError."""

    def authenticate() -> None:
        # A CORS preflight never carries a key (Fetch standard); it reaches no view either.
        if request.method == "OPTIONS":
            return
        key = _presented_key()
        try:
            g.client = clients.authenticate(key)
        except UnauthorizedError:
            # No key at all is no guess, and without Redis a wrong key is wrong all the same.
            if key:
                with suppress(StoreUnavailableError):
                    guesses.count(caller_ip())
            raise
        g.client.require(scope)

    return authenticate


def _presented_key() -> str:
    """The key, "" for none: from `apiKey` in the body, X-API-Key or Authorization: Bearer.

    Raise MalformedBodyError when a body that should hold the key cannot be read.
    """
    header_key = _header_key()
    try:
        body_key = form_or_json().get("apiKey") if request.method in _WITH_BODY else None
    except MalformedBodyError:
        # Whoever sends a key in a header is told what is wrong with the body by the view.
        if not header_key:
            raise
        body_key = None
    return body_key if isinstance(body_key, str) and body_key else header_key


def _header_key() -> str:
    environ = request.environ
    key: str = environ.get("HTTP_X_API_KEY", "")
    if key:
        return key.strip()
    scheme, _, credentials = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""
