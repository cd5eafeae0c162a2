"""Lists in pages: `limit`, `after` and `before`, with opaque cursors.

Meta, "Graph API, Paginated results".
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError

PARAMETERS = ("limit", "after", "before")
_DEFAULT_LIMIT = 25
_MOST = 100


def page_of(call: GraphCall, items: Sequence[Any]) -> dict[str, Any]:
    """`data` and `paging`; `next` only when more follows. The URL in it carries no token.

    Raises `GraphError` 100 for a limit or a cursor that is none.
    """
    limit = call.integer("limit", least=1, most=_MOST) or _DEFAULT_LIMIT
    start, end = 0, len(items)
    if (after := call.text("after")) is not None:
        start = _position(after) + 1
    elif (before := call.text("before")) is not None:
        end = _position(before)
        start = max(0, end - limit)
    data = list(items[start : min(end, start + limit)])
    if not data:
        return {"data": []}
    paging: dict[str, Any] = {
        "cursors": {"before": _cursor(start), "after": _cursor(start + len(data) - 1)}
    }
    if start + len(data) < len(items):
        paging["next"] = (
            f"https://graph.facebook.com/{call.node_id}?after={_cursor(start + len(data) - 1)}"
        )
    if start > 0:
        paging["previous"] = f"https://graph.facebook.com/{call.node_id}?before={_cursor(start)}"
    return {"data": data, "paging": paging}


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"item {position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        word, _, position = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        if word == "item":
            return int(position)
    except (binascii.Error, ValueError):
        pass
    raise GraphError.parameter("Invalid cursors values")
