"""The JSON of Meta's webhooks: reports about messages, messages from people, news of the account.

Meta, "Messages webhook, status, text, button", "Business-scoped user IDs" and "Webhooks".
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from otp_service.simulator.error_codes import ERROR_KINDS
from otp_service.simulator.inbound_message import InboundMessage
from otp_service.simulator.inbox_message import AcceptedMessage, DeliveryStatus
from otp_service.simulator.settings import SimulatorSettings

_CONVERSATION_S = 24 * 3600
_HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
_DETAILS = {
    131053: "Downloading media from weblink failed with http code 404, status message Not Found"
}
#: What Meta may add one day.
_UNKNOWN = {"unknown_member": {"nested": [1, "two", None]}}


@dataclass(frozen=True)
class WebhookUpdate:
    """One thing to tell. `item` is one of the list `member` of a `messages` value.

    `member` empty: `item` is the whole value of a change of another `field`, at `time`.
    """

    field: str
    item: Mapping[str, Any]
    member: str = ""
    contact: Mapping[str, Any] | None = None
    time: int = 0


def status_update(
    message: AcceptedMessage,
    status: DeliveryStatus,
    at: float,
    *,
    bsuid: bool,
    identity: str | None = None,
) -> WebhookUpdate:
    """`at`: Unix seconds. `bsuid`: as of a person with a username, whose number Meta keeps.

    `identity`: the hash of whoever gets the message, None with the identity check off.
    """
    content = message.content
    item: dict[str, Any] = {"id": message.wamid, "status": status, "timestamp": str(int(at))}
    item |= _identity("recipient_id", "recipient_user_id", content.to, bsuid=bsuid)
    if content.callback_data is not None:
        item["biz_opaque_callback_data"] = content.callback_data
    contact = None
    if status is DeliveryStatus.FAILED:
        item["errors"] = [_error(message.failure)]
    else:
        item |= {"recipient_identity_key_hash": identity} if identity else {}
        contact = _contact(content.to) if bsuid else None
    if status in (DeliveryStatus.SENT, DeliveryStatus.DELIVERED):
        is_template = content.type == "template"
        if not bsuid:  # those came with v24.0, which tells of no conversation
            item["conversation"] = _conversation(content.to, status, at, is_template=is_template)
        item["pricing"] = _pricing(is_template=is_template)
    return WebhookUpdate("messages", item, "statuses", contact)


def inbound_update(
    message: InboundMessage, business_number: str, *, bsuid: bool, identity: str | None = None
) -> WebhookUpdate:
    item: dict[str, Any] = _identity("from", "from_user_id", message.sender, bsuid=bsuid)
    item |= {"id": message.wamid, "timestamp": str(int(message.sent_at))}
    if message.payload is None:
        item |= {"type": "text", "text": {"body": message.text}}
    else:
        item["context"] = {"from": business_number.removeprefix("+"), "id": message.context}
        item |= {"type": "button", "button": {"payload": message.payload, "text": message.text}}
    contact = _contact(message.sender) if bsuid else _contact_by_number(message.sender)
    contact |= {"identity_key_hash": identity} if identity else {}
    return WebhookUpdate("messages", item, "messages", contact)


def webhook_body(
    updates: Iterable[WebhookUpdate], settings: SimulatorSettings, *, unknown_members: bool
) -> bytes:
    """One body for all of them, in the escaped form that Meta signs."""
    lists: dict[str, dict[str, Any]] = {}
    entries: list[dict[str, Any]] = []
    for update in updates:
        if not update.member:
            change = {"field": update.field, "value": update.item}
            time = {} if update.field == "messages" else {"time": update.time}
            entries.append(_entry(settings, [change]) | time)
            continue
        value = lists.setdefault(update.member, _messages_value(settings))
        if update.contact is not None:
            value.setdefault("contacts", []).append(update.contact)
        value.setdefault(update.member, []).append(update.item)
    if lists:
        changes = [{"field": "messages", "value": value} for value in lists.values()]
        entries.append(_entry(settings, changes))
    body = {"object": "whatsapp_business_account", "entry": entries}
    return json.dumps(_with_unknown(body) if unknown_members else body).encode("ascii")


def signature(app_secret: str, raw: bytes) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()


def _entry(settings: SimulatorSettings, changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": settings.business_account_id, "changes": changes}


def _messages_value(settings: SimulatorSettings) -> dict[str, Any]:
    metadata = {
        "display_phone_number": settings.business_number.removeprefix("+"),
        "phone_number_id": settings.phone_number_id,
    }
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _identity(by_number: str, by_user: str, number: str, *, bsuid: bool) -> dict[str, Any]:
    return {by_user: _user_id(number)} if bsuid else {by_number: number[1:]}


def _contact(number: str) -> dict[str, Any]:
    return {"profile": {"name": "A person"}, "user_id": _user_id(number)}


def _contact_by_number(number: str) -> dict[str, Any]:
    return {"profile": {"name": "A person"}, "wa_id": number[1:]}


def _user_id(number: str) -> str:
    digits = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8])
    return f"US.{digits:020d}"


def _conversation(
    number: str, status: DeliveryStatus, at: float, *, is_template: bool
) -> dict[str, Any]:
    origin = "authentication" if is_template else "service"
    conversation: dict[str, Any] = {"id": _digest(f"{number} {origin}")}
    if status is DeliveryStatus.SENT:
        conversation["expiration_timestamp"] = str(int(at) + _CONVERSATION_S)
    return conversation | {"origin": {"type": origin}}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _pricing(*, is_template: bool) -> dict[str, Any]:
    if is_template:
        return {
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": "authentication",
        }
    return {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_customer_service",
        "category": "service",
    }


def _error(code: int | None) -> dict[str, Any]:
    kind = ERROR_KINDS[code or 0]
    details = _DETAILS.get(kind.code) or kind.details or kind.title
    return {
        "code": kind.code,
        "title": kind.title,
        "message": kind.title,
        "error_data": {"details": details},
        "href": _HREF,
    }


def _with_unknown(part: Any) -> Any:  # noqa: ANN401  # JSON
    """The same with a member that nobody knows in every object, and a change of such a field."""
    if isinstance(part, list):
        return [_with_unknown(item) for item in part]
    if not isinstance(part, dict):
        return part
    grown = {key: _with_unknown(value) for key, value in part.items()} | _UNKNOWN
    if "changes" in grown:
        grown["changes"].insert(0, {"field": "unknown_field", "value": _UNKNOWN})
    return grown
