"""A callback that replaces the app's own: its parameters, and the handshake that proves it.

Meta, "Webhooks, Override" and "Webhooks, Getting started, Validating verification requests".
"""

import secrets
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.management_errors import callback_not_verified
from otp_service.simulator.parameters import JsonObject, only_keys, required_text

_LONGEST_URI = 200
_HANDSHAKE_TIMEOUT_S = 5.0


def read_override(parameters: JsonObject) -> str | None:
    """The callback URI once it has answered the handshake; None for the empty one, which clears.

    Raises `GraphError` 100 for parameters that are wrong, 2200 when the callback does not answer.
    """
    only_keys(parameters, ("override_callback_uri", "verify_token"), "webhook_configuration")
    if parameters.get("override_callback_uri") == "":
        return None
    uri = required_text(parameters, "override_callback_uri", "override_callback_uri")
    verify_token = required_text(parameters, "verify_token", "verify_token")
    if len(uri) > _LONGEST_URI:
        raise GraphError.parameter(
            f"Param override_callback_uri must be at most {_LONGEST_URI} characters."
        )
    verify_callback(uri, verify_token)
    return uri


def verify_callback(uri: str, verify_token: str) -> None:
    """Asks the callback for the challenge as Meta does. Raises `GraphError` 100 or 2200."""
    if not _is_public_or_local(uri):
        raise GraphError.parameter("Param override_callback_uri must be an https URL.")
    challenge = str(secrets.randbelow(10**10))
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": verify_token,
    }
    try:
        answer = requests.get(uri, params=query, timeout=_HANDSHAKE_TIMEOUT_S)
    except requests.RequestException:
        raise callback_not_verified() from None
    if answer.status_code != 200 or answer.text != challenge:
        raise callback_not_verified()


def _is_public_or_local(uri: str) -> bool:
    """https, or plain http to this machine, where the simulator's own callers are."""
    parts = urlsplit(uri)
    if parts.scheme == "https" and parts.hostname:
        return True
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
