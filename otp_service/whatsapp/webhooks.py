"""Meta's webhooks: whether a body is Meta's own, and what it tells a login service.

Meta, "Webhooks: create an endpoint", "Messages webhook: status, button", "Account webhooks".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNATURE_PREFIX = "sha256="
DID_NOT_REQUEST_CODE = "DID_NOT_REQUEST_CODE"
# What a person changed, as a `system` message says it.
_PERSON_CHANGES = frozenset(
    {"user_changed_number", "user_changed_user_id", "customer_identity_changed"}
)
_REPORTED = frozenset({"sent", "delivered", "read", "failed"})
_MAX_TEXT = 256
_LONGEST_NUMBER = 15
_LONGEST_IDENTITY_HASH = 256
# Of what is taken in one by one: Meta wants its answer within a second, and sends a few of these.
_MOST_ONE_BY_ONE = 200

_TEMPLATE = ("message_template_id", "message_template_name", "message_template_language")
# Which of an account webhook's members say what happened, by the webhook's field. Never a phone
# number, nor who at the office did it.
_ACCOUNT_MEMBERS = {
    "message_template_status_update": ("event", *_TEMPLATE, "reason"),
    "message_template_quality_update": (
        "previous_quality_score",
        "new_quality_score",
        *_TEMPLATE,
    ),
    "message_template_components_update": _TEMPLATE,
    # `correct_category`: what it will be, before the change; `new_category` then is what it is.
    "template_category_update": (
        "previous_category",
        "new_category",
        "correct_category",
        "category_update_timestamp",
        *_TEMPLATE,
    ),
    "phone_number_quality_update": ("event", "old_limit", "current_limit"),
    "phone_number_name_update": ("decision", "requested_verified_name", "rejection_reason"),
    # The first is of webhook version v24.0 and later, the second of those before.
    "business_capability_update": (
        "max_daily_conversations_per_business",
        "max_daily_conversation_per_phone",
        "max_phone_numbers_per_business",
        "max_phone_numbers_per_waba",
    ),
    "account_update": ("event",),
    "account_alerts": ("alert_type", "alert_severity", "alert_status", "entity_type"),
    "account_review_update": ("decision",),
    "security": ("event",),
}


@dataclass(frozen=True)
class MessageStatus:
    """One report about one of our messages. `timestamp` is Meta's, Unix seconds.

    `callback_data` is what the send gave as `biz_opaque_callback_data`. `error_code` is set on
    failed ones that say why. `identity_hash` is the recipient's, with the identity check on.
    """

    wamid: str = field(repr=False)
    status: str
    timestamp: int
    callback_data: str | None = None
    error_code: int | None = None
    identity_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class DisownedPasscode:
    """Somebody pressed "I didn't request a code" under the message `wamid`.

    `sender` is their number, digits without `+`; None where Meta knows them by another id.
    """

    wamid: str = field(repr=False)
    sender: str | None = field(repr=False)


@dataclass(frozen=True)
class PersonChange:
    """Somebody has another number, user id or identity than before.

    `kind` is Meta's word. `sender` is the number it is about, in digits without `+`: the former
    one of whoever changed it. `timestamp` is Meta's, Unix seconds.
    """

    wamid: str = field(repr=False)
    kind: str
    sender: str = field(repr=False)
    timestamp: int


@dataclass(frozen=True)
class AccountChange:
    """Something about the account, a number or a template. `detail` holds Meta's own words.

    `occurred_at` is Unix seconds, None where Meta does not say.
    """

    webhook_field: str
    occurred_at: int | None
    detail: dict[str, str]


@dataclass(frozen=True)
class Webhook:
    """All that one body tells. `ignored`: how many parts meant nothing to us, by kind."""

    statuses: list[MessageStatus] = field(default_factory=list)
    disowned: list[DisownedPasscode] = field(default_factory=list)
    person_changes: list[PersonChange] = field(default_factory=list)
    account_changes: list[AccountChange] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether it holds as many as may be taken in one by one; reports go all at once."""
        held = len(self.disowned) + len(self.person_changes) + len(self.account_changes)
        return held >= _MOST_ONE_BY_ONE

    def ignore(self, kind: str) -> None:
        self.ignored[kind] = self.ignored.get(kind, 0) + 1


def is_signed(app_secret: str, raw: bytes, signature: str) -> bool:
    """Whether `X-Hub-Signature-256` was made over exactly these bytes; in constant time."""
    expected = hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
    given = signature.encode("utf-8", "surrogateescape")
    return hmac.compare_digest(given, f"{_SIGNATURE_PREFIX}{expected}".encode())


def parse_webhook(raw: bytes) -> Webhook:
    """Read a body whose signature was right. Never raises: what it cannot read it counts."""
    webhook = Webhook()
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or body.get("object") != "whatsapp_business_account":
        webhook.ignore("body")
        return webhook
    for entry in _objects(body.get("entry")):
        for change in _objects(entry.get("changes")):
            _read_change(change, _whole(entry.get("time")), webhook)
    return webhook


def _read_change(change: dict[str, object], occurred_at: int | None, webhook: Webhook) -> None:
    name, value = change.get("field"), change.get("value")
    if not isinstance(name, str) or not isinstance(value, dict):
        webhook.ignore("change")
    elif name == "messages":
        _read_messages(value, webhook)
    elif name in _ACCOUNT_MEMBERS and webhook.is_full:
        webhook.ignore("too_many")
    elif name in _ACCOUNT_MEMBERS:
        # Meta's own samples send a change of quality under the name of the status webhook.
        quality = "message_template_quality_update"
        kind = quality if "new_quality_score" in value else name
        inner = value.get("alert_info")
        told = value | inner if isinstance(inner, dict) else value
        detail = {member: _text(told.get(member)) for member in _ACCOUNT_MEMBERS[kind]}
        known = {member: text for member, text in detail.items() if text}
        webhook.account_changes.append(AccountChange(kind, occurred_at, known))
    else:
        webhook.ignore("field")


def _read_messages(value: dict[str, object], webhook: Webhook) -> None:
    for status in _objects(value.get("statuses")):
        report = _status(status)
        if report is None:
            webhook.ignore("status")
        else:
            webhook.statuses.append(report)
    for message in _objects(value.get("messages")):
        disowned = _disowned(message)
        change = None if disowned else _person_change(message)
        if (disowned or change) and webhook.is_full:
            webhook.ignore("too_many")
        elif disowned:
            webhook.disowned.append(disowned)
        elif change:
            webhook.person_changes.append(change)
        else:
            webhook.ignore("message")
    for _ in _objects(value.get("errors")):
        webhook.ignore("error")


def _status(status: dict[str, object]) -> MessageStatus | None:
    wamid, word = _unicode(status.get("id")), status.get("status")
    seconds = _whole(status.get("timestamp"))
    if wamid is None or not isinstance(word, str) or word not in _REPORTED or seconds is None:
        return None
    label = status.get("biz_opaque_callback_data")
    first_error = next(_objects(status.get("errors")), {})
    return MessageStatus(
        wamid=wamid,
        status=word,
        timestamp=seconds,
        callback_data=label if isinstance(label, str) else None,
        error_code=_whole(first_error.get("code")) if word == "failed" else None,
        identity_hash=_identity_hash(status.get("recipient_identity_key_hash")),
    )


def _disowned(message: dict[str, object]) -> DisownedPasscode | None:
    button, context = message.get("button"), message.get("context")
    if not isinstance(button, dict) or not isinstance(context, dict):
        return None
    wamid = _unicode(context.get("id"))
    if button.get("payload") != DID_NOT_REQUEST_CODE or wamid is None:
        return None
    sender = message.get("from")
    return DisownedPasscode(wamid, sender if isinstance(sender, str) else None)


def _person_change(message: dict[str, object]) -> PersonChange | None:
    """None as well where Meta knows the person by another id than a number."""
    system, sender = message.get("system"), message.get("from")
    wamid, seconds = _unicode(message.get("id")), _whole(message.get("timestamp"))
    if message.get("type") != "system" or not isinstance(system, dict):
        return None
    kind = system.get("type")
    if not isinstance(kind, str) or kind not in _PERSON_CHANGES:
        return None
    if not isinstance(sender, str) or not _is_number(sender) or not wamid or seconds is None:
        return None
    return PersonChange(wamid, kind, sender, seconds)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER


def _identity_hash(value: object) -> str | None:
    """Meta does not say what one looks like; it has to go back as it came."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return None
    return value if 0 < len(value) <= _LONGEST_IDENTITY_HASH else None


def _objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _unicode(value: object) -> str | None:
    """JSON can spell half of a surrogate pair, which no UTF-8 can carry any further."""
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value


def _whole(value: object) -> int | None:
    """Meta writes instants and codes as numbers here and as digits there."""
    if isinstance(value, bool):
        return None
    text = str(value) if isinstance(value, int | str) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None


def _text(value: object) -> str:
    if not isinstance(value, str | int):
        return ""
    # Half of a surrogate pair, as `_unicode` says: a page that shows it could not be sent.
    return str(value)[:_MAX_TEXT].encode(errors="replace").decode()
