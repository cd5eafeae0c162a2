"""Addresses in the Graph API, checked before a token is sent to one."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit


def graph_url(base_url: str, api_version: str) -> str:
    """Return the URL that every path of this version follows, without a slash at the end.

    Raises ValueError if a part is malformed, or if `base_url` is neither https nor loopback.
    """
    if not re.fullmatch(r"v[0-9]+\.[0-9]+", api_version):
        raise ValueError("api_version must look like v23.0")
    return f"{checked_base_url(base_url)}/{api_version}"


def checked_path(path: str) -> str:
    """Return `path`. Raises ValueError unless it is names and ids joined by single slashes."""
    if not re.fullmatch(r"[A-Za-z0-9_]+(/[A-Za-z0-9_]+)*", path):
        raise ValueError("path must be names and ids, without a query and a leading slash")
    return path


def checked_base_url(base_url: str) -> str:
    """Return `base_url` without a slash at the end. Raises ValueError as `graph_url` does."""
    parts = urlsplit(base_url)
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        raise ValueError("base_url must be an https URL")
    # Credentials in a URL would replace the Authorization header.
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("base_url must hold no credentials, query or fragment")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("base_url must be https: the access token is sent to it")
    return base_url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
