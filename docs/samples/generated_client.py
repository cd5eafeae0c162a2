"""A login with the client that docs/clients.md generates from openapi.yaml."""

from collections.abc import Callable

import httpx
from otp_service_client import AuthenticatedClient
from otp_service_client.api.login import send_code, validate_code
from otp_service_client.api.sessions import introspect_session, revoke_session
from otp_service_client.models import (
    ActiveSession,
    IntrospectRequest,
    LoggedIn,
    RevokeRequest,
    SendRequest,
    Sent,
    ValidateRequest,
)

# The service is done with a send within 15 seconds.
_TIMEOUT = httpx.Timeout(20)


def client_of(service_url: str, api_key: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=service_url, token=api_key, timeout=_TIMEOUT)


def log_in(client: AuthenticatedClient, phone_number: str, read_code: Callable[[], str]) -> str:
    """The session token. Raise PermissionError with the sentence that says why there is none."""
    sent = send_code.sync(client=client, body=SendRequest(phone_number=phone_number))
    if not isinstance(sent, Sent):
        raise PermissionError(sent.message if sent else "The service is not available.")
    typed = ValidateRequest(
        phone_number=phone_number, otp_code=read_code(), request_id=sent.request_id
    )
    login = validate_code.sync(client=client, body=typed)
    if not isinstance(login, LoggedIn):
        raise PermissionError(login.message if login else "The service is not available.")
    return login.session_token


def role_of(client: AuthenticatedClient, token: str) -> str | None:
    """The role of a live session, None for a dead one."""
    session = introspect_session.sync(client=client, body=IntrospectRequest(token=token))
    return str(session.role) if isinstance(session, ActiveSession) else None


def log_out(client: AuthenticatedClient, token: str) -> None:
    revoke_session.sync(client=client, body=RevokeRequest(token=token))
