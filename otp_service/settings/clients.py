"""The calling backends as the settings name them."""

import json
import re
from collections.abc import Iterable

from otp_service.domain.api_clients import ApiClient, Scope
from otp_service.settings.secret_files import file_text

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
# Who else acts in the audit.
_OUR_OWN = frozenset({"cli", "login-page", "meta"})


def read_api_clients(text: str) -> list[ApiClient]:
    """JSON, or `@file` with JSON: `{name: {"sha256": hex, "scopes": [..]}}`. Raise ValueError.

    A client that is changing its key has several: `"sha256": [hex, hex]`. No two have the same.
    """
    raw = file_text("OTP_API_CLIENTS", text[1:]) if text.startswith("@") else text
    try:
        _check_names(json.loads(raw))
        clients = [
            ApiClient(name, digest, frozenset(map(Scope, row["scopes"])))
            for name, row in json.loads(raw).items()
            for digest in _digests(row["sha256"])
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            'must be JSON like {"console": {"sha256": "<64 hex>", "scopes": '
            f'["otp"]}}}}; scopes are {", ".join(Scope)}; a name is small letters and digits, '
            f"and none of {', '.join(sorted(_OUR_OWN))} ({type(error).__name__})"
        ) from None
    _check_holders(clients)
    return clients


def _check_holders(clients: Iterable[ApiClient]) -> None:
    holders: dict[str, str] = {}
    for client in clients:
        holder = holders.setdefault(client.key_sha256, client.client_id)
        if holder != client.client_id:
            raise ValueError(f"{holder} and {client.client_id} have the same key: one each")


def _check_names(names: Iterable[str]) -> None:
    """Raise ValueError for a name that in the audit would pass for somebody else's."""
    for name in names:
        if not _NAME.fullmatch(name) or name in _OUR_OWN:
            raise ValueError("a client's name")


def _digests(found: str | list[str]) -> list[str]:
    if not found:
        raise ValueError("no key")
    return [_sha256_hex(one) for one in ([found] if isinstance(found, str) else found)]


def _sha256_hex(text: str) -> str:
    digest = bytes.fromhex(text)
    if len(digest) != 32:
        raise ValueError("sha256 must be 64 hexadecimal digits")
    # Not the text itself, in which there may be spaces.
    return digest.hex()
