"""The calling backends as the settings name them."""

import json

from otp_service.domain.api_clients import ApiClient, Scope
from otp_service.settings.secret_files import file_text


def read_api_clients(text: str) -> list[ApiClient]:
    """JSON, or `@file` with JSON: `{name: {"sha256": hex, "scopes": [..]}}`. Raise ValueError."""
    raw = file_text("OTP_API_CLIENTS", text[1:]) if text.startswith("@") else text
    try:
        return [
            ApiClient(name, _sha256_hex(row["sha256"]), frozenset(map(Scope, row["scopes"])))
            for name, row in json.loads(raw).items()
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            'must be JSON like {"console": {"sha256": "<64 hex>", "scopes": '
            f'["otp"]}}}}; scopes are {", ".join(Scope)} ({type(error).__name__})'
        ) from None


def _sha256_hex(text: str) -> str:
    if len(bytes.fromhex(text)) != 32:
        raise ValueError("sha256 must be 64 hexadecimal digits")
    return text.lower()
