"""Who may call: the bearer token, the `appsecret_proof`, and the id in the path.

Meta, "Graph API, Securing Graph API calls" and "Handling errors".
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from flask import Request

from otp_service.simulator.error_codes import GRAPH_METHOD_EXCEPTION
from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError
from otp_service.simulator.settings import SimulatorSettings

_VERSION = re.compile(r"v[0-9]+\.[0-9]+", re.ASCII)


def check_token(request: Request, settings: SimulatorSettings) -> None:
    """Raises `GraphError` 104 without a token in the header, 190 with a wrong one."""
    if "access_token" in request.args:
        raise _missing_token(f"access_token in the query leaks into logs {OWN_STRICTNESS}")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _missing_token(None)
    if not _equal(token.strip(), settings.access_token):
        raise GraphError(190, "Authentication Error", http_status=401)


def _missing_token(details: str | None) -> GraphError:
    return GraphError(
        104,
        "An access token is required to request this resource",
        http_status=401,
        details=details,
    )


def check_app_secret_proof(
    request: Request, body: Mapping[str, Any], settings: SimulatorSettings
) -> None:
    """The proof comes in the query or in the body. Raises `GraphError` 100.

    Without an app secret there is nothing to check it against, so any proof passes.
    """
    if settings.app_secret is None:
        return
    proof = request.args.get("appsecret_proof", body.get("appsecret_proof"))
    if proof is None and not settings.require_app_secret_proof:
        return
    if proof is None:
        raise GraphError(
            100,
            "API calls from the server require an appsecret_proof argument",
            error_type=GRAPH_METHOD_EXCEPTION,
        )
    expected = hmac.new(
        settings.app_secret.encode(), settings.access_token.encode(), hashlib.sha256
    ).hexdigest()
    if not _equal(str(proof), expected):
        raise GraphError(
            100,
            "Invalid appsecret_proof provided in the API argument",
            error_type=GRAPH_METHOD_EXCEPTION,
        )


def check_path(version: str, node_id: str, method: str, settings: SimulatorSettings) -> None:
    """Raises `GraphError` 2500 for a malformed version, 100/33 for any id but the number's."""
    check_version(version, f"/{node_id}/messages")
    if node_id != settings.phone_number_id or method != "POST":
        raise GraphError.unsupported_object(method, node_id)


def check_version(version: str, path: str) -> None:
    """Raises `GraphError` 2500 for a malformed version."""
    if not _VERSION.fullmatch(version):
        raise unknown_path(path)


def unknown_path(path: str) -> GraphError:
    return GraphError(2500, f"Unknown path components: {path}")


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
