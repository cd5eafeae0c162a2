"""Ids of Graph nodes, checked before they become a path."""

from __future__ import annotations

import re

from otp_service.whatsapp.errors import InvalidArgumentError


def checked_id(node_id: str, name: str) -> str:
    """Return `node_id`. Raises InvalidArgumentError unless it is digits: a path is built of it."""
    if not re.fullmatch(r"[0-9]{1,32}", node_id):
        raise InvalidArgumentError(f"{name} must be digits, as shown in Meta's dashboard")
    return node_id
