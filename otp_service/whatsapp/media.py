"""Media that people sent to the business: where it is, and deleting it. A login has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otp_service.whatsapp.graph_changes import check_success
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import integer, text

if TYPE_CHECKING:
    from otp_service.whatsapp.graph_client import GraphClient


@dataclass(frozen=True)
class Media:
    """`url` works for five minutes and only with the token, so it is hidden from repr."""

    id: str
    url: str | None = field(repr=False)
    mime_type: str | None
    sha256: str | None
    file_size: int | None


def read_media(graph: GraphClient, media_id: str, *, phone_number_id: str | None = None) -> Media:
    """Return where the media is; with `phone_number_id` only if it came to that number.

    Source: "Media API", Cloud API.
    """
    path, query = _media(media_id, phone_number_id)
    node = graph.get(path, query)
    return Media(
        id=text(node, "id") or media_id,
        url=text(node, "url"),
        mime_type=text(node, "mime_type"),
        sha256=text(node, "sha256"),
        file_size=integer(node, "file_size"),
    )


def delete_media(graph: GraphClient, media_id: str, *, phone_number_id: str | None = None) -> None:
    """Delete the media from Meta's servers. Source: "Media API", Cloud API."""
    path, query = _media(media_id, phone_number_id)
    check_success(graph.delete(path, query))


def _media(media_id: str, phone_number_id: str | None) -> tuple[str, dict[str, str]]:
    query = {}
    if phone_number_id is not None:
        query["phone_number_id"] = checked_id(phone_number_id, "phone_number_id")
    return checked_id(media_id, "media_id"), query
