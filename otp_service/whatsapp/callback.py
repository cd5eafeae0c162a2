"""A webhook callback as Meta takes it, checked before it is sent."""

from __future__ import annotations

from otp_service.whatsapp.endpoint import checked_base_url
from otp_service.whatsapp.errors import InvalidArgumentError

_LONGEST_URI = 200


def callback_override(callback_uri: str, verify_token: str) -> dict[str, str]:
    """Return the two members of an override. Source: "Webhooks, Override", Cloud API."""
    return {
        "override_callback_uri": checked_callback(callback_uri),
        "verify_token": checked_verify_token(verify_token),
    }


def checked_callback(callback_uri: str) -> str:
    """Return `callback_uri`. Raises InvalidArgumentError unless Meta could call it."""
    if len(callback_uri) > _LONGEST_URI:
        raise InvalidArgumentError(f"callback_uri must be at most {_LONGEST_URI} characters")
    try:
        checked_base_url(callback_uri)
    except ValueError:
        raise InvalidArgumentError(
            "callback_uri must be https:// (http:// only to this machine), without credentials, "
            "query or fragment"
        ) from None
    return callback_uri


def checked_verify_token(verify_token: str) -> str:
    """Return `verify_token`. Raises InvalidArgumentError for an empty one."""
    if not verify_token.strip():
        raise InvalidArgumentError("verify_token must not be empty")
    return verify_token
