"""Where a message got stuck, asked of Meta for a person who waits for their code.

Whether the history is open to every app is unconfirmed, and it does not replace webhooks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import integer, member, members, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.graph_values import JsonObject

_EVENT_FIELDS = (
    "id",
    "delivery_status",
    "occurrence_timestamp",
    "status_timestamp",
    "error_description",
    "application",
)
_FAILURES = ("FAILED", "ERROR")
STATUS_FILTERS = ("ACCEPTED", "DELIVERED", "ERROR", "READ", "SENT")


@dataclass(frozen=True)
class HistoryEvent:
    """One step of a delivery. `occurred_at`, `reported_at`: Unix seconds.

    `delivery_status`: ACCEPTED, SENT, DELIVERED, READ, DELETED, and for one failure FAILED in one
    list and ERROR in the other. `webhook_state`: PENDING, DELIVERED, FAILED, RETRYING.
    """

    id: str | None
    delivery_status: str | None
    occurred_at: int | None
    reported_at: int | None
    webhook_state: str | None
    error_description: str | None
    application_id: str | None

    @property
    def has_failed(self) -> bool:
        return self.delivery_status in _FAILURES


@dataclass(frozen=True)
class MessageHistory:
    """Hidden from repr: `wamid` holds the recipient's number in base64."""

    id: str
    wamid: str | None = field(repr=False)
    events: tuple[HistoryEvent, ...]


def list_message_history(
    graph: GraphClient, phone_number_id: str, wamid: str
) -> Iterator[MessageHistory]:
    """Yield Meta's records of one message, normally one; none when it knows of none.

    Source: "Message History API", Cloud API.
    """
    if not wamid.startswith("wamid."):
        raise InvalidArgumentError("wamid must be a message id of Meta's, wamid.…")
    path = f"{checked_id(phone_number_id, 'phone_number_id')}/message_history"
    for node in graph.pages(path, {"message_id": wamid}):
        events = members(member(node, "events"), "data")
        yield MessageHistory(
            id=text(node, "id") or "",
            wamid=text(node, "message_id"),
            events=tuple(_event(event) for event in events),
        )


def list_history_events(
    graph: GraphClient, history_id: str, *, status: str | None = None
) -> Iterator[HistoryEvent]:
    """Yield the steps of one record, or those of one `status` (of `STATUS_FILTERS`).

    Source: "Message History Events API", Cloud API.
    """
    query = {"fields": ",".join(_EVENT_FIELDS)}
    if status is not None:
        if status not in STATUS_FILTERS:
            raise InvalidArgumentError(f"status must be one of {', '.join(STATUS_FILTERS)}")
        query["status_filter"] = status
    for edge in graph.pages(f"{checked_id(history_id, 'history_id')}/events", query):
        yield _event(member(edge, "node"))


def _event(node: JsonObject) -> HistoryEvent:
    # The two lists name the instant differently.
    occurred_at = integer(node, "occurrence_timestamp")
    return HistoryEvent(
        id=text(node, "id"),
        delivery_status=text(node, "delivery_status"),
        occurred_at=integer(node, "timestamp") if occurred_at is None else occurred_at,
        reported_at=integer(node, "status_timestamp"),
        webhook_state=text(node, "webhook_update_state"),
        error_description=text(node, "error_description"),
        application_id=text(member(node, "application"), "id"),
    )
