"""Where a message got stuck, and media: both looked at by support, not by a login.

Meta, "Message History API", "Message History Events API" and "Media API".
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from otp_service.simulator.account import MEDIA_ID, AccountState
from otp_service.simulator.endpoint import SUCCESS, Endpoint, Endpoints
from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.graph_fields import pick, read_fields
from otp_service.simulator.graph_pages import PARAMETERS, page_of
from otp_service.simulator.inbox_message import InboxMessage
from otp_service.simulator.parameters import one_of
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState

_EVENT_FILTERS = ("ACCEPTED", "DELIVERED", "ERROR", "READ", "SENT")
_EVENT_FIELDS = (
    "id",
    "delivery_status",
    "occurrence_timestamp",
    "status_timestamp",
    "error_description",
    "application",
)
_MEDIA_BYTES = b"OggS voice message of the simulator"


class MessageRecords:
    def __init__(self, settings: SimulatorSettings, state: SimulatorState) -> None:
        self._settings = settings
        self._state = state
        self._account: AccountState = state.account

    def endpoints(self) -> Endpoints:
        history = ("message_id", "fields", *PARAMETERS)
        return {
            f"/{self._settings.phone_number_id}/message_history": {
                "GET": Endpoint(self._history, history)
            },
            f"/{MEDIA_ID}": {
                "GET": Endpoint(self._media, ("phone_number_id",)),
                "DELETE": Endpoint(self._delete_media, ("phone_number_id",)),
            },
        }

    def events_endpoint(self) -> Endpoint:
        """`GET /{Message-History-ID}/events`; the id is not known beforehand."""
        return Endpoint(self._events, ("status_filter", "fields", *PARAMETERS))

    def _history(self, call: GraphCall) -> Mapping[str, Any]:
        wamid = call.required_text("message_id")
        found = [message for message in self._state.messages() if message.wamid == wamid]
        return page_of(call, [self._history_node(message) for message in found])

    def _history_node(self, message: InboxMessage) -> dict[str, Any]:
        events = [
            {
                "id": f"{_history_id(message.wamid)}{number}",
                # This edge says FAILED where the events edge says ERROR.
                "delivery_status": "FAILED" if status == "ERROR" else status,
                "webhook_update_state": "DELIVERED",
                "timestamp": int(instant),
                "application": {"id": self._settings.app_id},
            }
            | ({"error_description": message.failure_title} if status == "ERROR" else {})
            for number, (status, instant) in enumerate(_reached(message))
            if status != "ACCEPTED"
        ]
        return {
            "id": _history_id(message.wamid),
            "message_id": message.wamid,
            "events": {"data": events},
        }

    def _events(self, call: GraphCall) -> Mapping[str, Any]:
        found = [m for m in self._state.messages() if _history_id(m.wamid) == call.node_id]
        if not found:
            raise GraphError.unsupported_object("GET", call.node_id)
        wanted = call.text("status_filter")
        if wanted is not None:
            wanted = one_of(wanted, _EVENT_FILTERS, "status_filter").upper()
        fields = read_fields(call.text("fields"), _EVENT_FIELDS)
        events = []
        for number, (status, instant) in enumerate(_reached(found[0])):
            members = {
                "id": f"{call.node_id}{number}",
                "delivery_status": status,
                "occurrence_timestamp": int(instant),
                "status_timestamp": int(instant),
                "error_description": found[0].failure_title if status == "ERROR" else None,
                "application": {"id": self._settings.app_id, "name": "otp-service"},
            }
            known = dict.fromkeys(members, lambda field, m=members: m[field.name])
            node = pick(fields, known, "WhatsAppMessageHistoryEvent")
            if wanted in (None, status):
                events.append({"cursor": f"event{number}", "node": node})
        return page_of(call, events)

    def _media(self, call: GraphCall) -> Mapping[str, Any]:
        self._check_media(call, "GET")
        return {
            "messaging_product": "whatsapp",
            "url": f"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid={MEDIA_ID}",
            "mime_type": "audio/ogg; codecs=opus",
            "sha256": hashlib.sha256(_MEDIA_BYTES).hexdigest(),
            "file_size": len(_MEDIA_BYTES),
            "id": MEDIA_ID,
        }

    def _delete_media(self, call: GraphCall) -> Mapping[str, Any]:
        self._check_media(call, "DELETE")
        self._account.media_ids.discard(MEDIA_ID)
        return SUCCESS

    def _check_media(self, call: GraphCall, method: str) -> None:
        """`phone_number_id` restricts the call to media of that number."""
        owner = call.text("phone_number_id") or self._settings.phone_number_id
        if MEDIA_ID not in self._account.media_ids or owner != self._settings.phone_number_id:
            raise GraphError.unsupported_object(method, MEDIA_ID)


def _reached(message: InboxMessage) -> list[tuple[str, float]]:
    """Each state the message has come to, with its instant in Unix seconds."""
    instants = {
        "ACCEPTED": message.accepted_at,
        "SENT": message.sent_at,
        "DELIVERED": message.delivered_at,
        "READ": message.read_at,
        "ERROR": message.failed_at,
    }
    return [(status, instant) for status, instant in instants.items() if instant is not None]


def _history_id(wamid: str) -> str:
    return str(int.from_bytes(hashlib.sha256(wamid.encode()).digest()[:7]))
