"""Orders of `POST /control` that concern webhooks, carried out in the order of this list.

`webhook_url`: where they go, null for nowhere. `webhook_speed`: how much faster than in life.
`webhook_copies`: how often each is sent. `webhook_shuffle`: those of one message in any order.
`webhook_up_to`: the state that no message gets beyond, e.g. `sent`; `accepted`: no report at all.
`webhook_bsuid`: everyone has a username, so their numbers are not told. `webhook_batch`: how many
updates may share one body. `webhook_unknown_members`: adds what no reader can know.
`webhook_retry_after_s`: seconds before each repetition. `webhook_hold`: true keeps everything,
false lets it go. All but the URL hold for what happens afterwards.
`send_webhook`: `{"field": "account_update", "value": {"event": "ACCOUNT_VIOLATION"}}`, with `time`
(Unix seconds) if wanted; for the fields of `_VALUES` what `value` leaves out is filled in.
`verify_webhook`: true asks the URL for the handshake; the answer's `webhooks.handshake` tells.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, TypeGuard

from otp_service.simulator.account import AccountChange
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.inbox_message import DeliveryStatus
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.webhook_override import verify_callback
from otp_service.simulator.webhook_reports import WebhookReports
from otp_service.simulator.webhook_sender import WebhookSender

Order = Callable[[], None]

_MOST_COPIES = 100
_MOST_IN_A_BODY = 1000
_TEMPLATE = {
    "message_template_id": 1689556908129832,
    "message_template_name": "shamrock_auth",
    "message_template_language": "en-US",
}
_NUMBER = {"display_phone_number": "15550783881"}
_VALUES: Mapping[str, Mapping[str, Any]] = {
    "message_template_status_update": _TEMPLATE
    | {"event": "PAUSED", "reason": "NONE", "message_template_category": "AUTHENTICATION"},
    "message_template_quality_update": _TEMPLATE
    | {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"},
    "message_template_components_update": _TEMPLATE
    | {"message_template_footer": "This code expires in 5 minutes."},
    "template_category_update": _TEMPLATE
    | {"previous_category": "AUTHENTICATION", "new_category": "UTILITY"},
    "phone_number_quality_update": _NUMBER
    | {
        "event": "FLAGGED",
        "old_limit": "TIER_2K",
        "current_limit": "TIER_2K",
        "max_daily_conversations_per_business": "TIER_2K",
    },
    "phone_number_name_update": _NUMBER
    | {
        "decision": "REJECTED",
        "requested_verified_name": "Shamrock Bail Bonds",
        "rejection_reason": "NAME_NOT_CONSISTENT",
    },
    "business_capability_update": {
        "max_daily_conversations_per_business": "TIER_250",
        "max_phone_numbers_per_business": 2,
    },
    "account_review_update": {"decision": "REJECTED"},
    "security": _NUMBER | {"event": "PIN_RESET_REQUEST", "requester": "61555822107539"},
    "account_update": {"event": "ACCOUNT_RESTRICTION"},
    "account_alerts": {
        "entity_type": "BUSINESS",
        "entity_id": "506914307656634",
        "alert_info": {
            "alert_severity": "WARNING",
            "alert_status": "ACTIVE",
            "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO",
            "alert_description": "Meta needs more information.",
        },
    },
}


class WebhookOrders:
    """Readers for the members above, and what they have ordered so far."""

    def __init__(
        self, settings: SimulatorSettings, reports: WebhookReports, sender: WebhookSender
    ) -> None:
        self._settings = settings
        self._reports = reports
        self._sender = sender
        self._handshake: dict[str, Any] | None = None

    def readers(self) -> dict[str, Callable[[Any], Order]]:
        """A reader for each. It raises `ValueError` with a sentence and changes nothing."""
        change, sender = self._reports.change_style, self._sender
        return {
            "webhook_url": self._url,
            "webhook_speed": lambda value: _speed(value, change),
            "webhook_copies": lambda value: _copies(value, change),
            "webhook_shuffle": lambda value: _switch("shuffle", value, change),
            "webhook_up_to": lambda value: _up_to(value, change),
            "webhook_bsuid": lambda value: _switch("bsuid", value, change),
            "webhook_batch": lambda value: _batch(value, sender),
            "webhook_unknown_members": lambda value: _unknown_members(value, sender),
            "webhook_retry_after_s": lambda value: _retry_after(value, sender),
            "send_webhook": self._send,
            "webhook_hold": lambda value: _hold(value, sender),
            "verify_webhook": self._verify,
        }

    def to_json(self) -> dict[str, Any]:
        style, sender = self._reports.style, self._sender
        shown = {
            "url": sender.url,
            "speed": style.speed,
            "copies": style.copies,
            "shuffle": style.shuffle,
            "up_to": style.up_to,
            "bsuid": style.bsuid,
            "batch": sender.batch,
            "unknown_members": sender.unknown_members,
            "retry_after_s": list(sender.retry_after_s),
            "hold": sender.is_held,
        }
        return shown | sender.to_json() | {"handshake": self._handshake}

    def _url(self, value: object) -> Order:
        if value is None:
            return lambda: self._sender.send_to(None)
        if not isinstance(value, str) or not value.startswith(("http://", "https://")):
            raise ValueError("webhook_url must be an http or https URL, or null")
        if self._settings.app_secret is None:
            raise ValueError("webhook_url needs an app secret, which signs what is sent")
        return lambda: self._sender.send_to(value)

    def _send(self, value: object) -> Order:
        known = {"field", "value", "time"}
        if not isinstance(value, dict) or not {"field", "value"} <= set(value) <= known:
            raise ValueError('send_webhook must be {"field": …, "value": {…}, "time": seconds}')
        field, given, at = value["field"], value["value"], value.get("time")
        if not isinstance(field, str) or not field or not isinstance(given, dict):
            raise ValueError("send_webhook.field must be a string, and .value an object")
        if at is not None and not _is_number(at):
            raise ValueError("send_webhook.time must be Unix seconds")
        change = AccountChange(field, {**_VALUES.get(field, {}), **given})
        return lambda: self._reports.account_changed(change, at)

    def _verify(self, value: object) -> Order:
        if value is not True:
            raise ValueError("verify_webhook must be true")
        return self._ask_for_handshake

    def _ask_for_handshake(self) -> None:
        url = self._sender.url
        reason: str | None = None
        if url is None:
            reason = "there is no webhook_url"
        else:
            try:
                verify_callback(url, self._settings.webhook_verify_token)
            except GraphError as error:
                reason = error.message
        self._handshake = {"verified": reason is None, "reason": reason}


def _speed(value: object, change: Callable[..., None]) -> Order:
    if not _is_number(value) or value <= 0:
        raise ValueError("webhook_speed must be a number, more than 0")
    return lambda: change(speed=float(value))


def _copies(value: object, change: Callable[..., None]) -> Order:
    if type(value) is not int or not 1 <= value <= _MOST_COPIES:
        raise ValueError(f"webhook_copies must be a whole number from 1 to {_MOST_COPIES}")
    return lambda: change(copies=value)


def _up_to(value: object, change: Callable[..., None]) -> Order:
    known = [status for status in DeliveryStatus if status is not DeliveryStatus.FAILED]
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"webhook_up_to must be one of {', '.join(known)}")
    return lambda: change(up_to=DeliveryStatus(value))


def _switch(name: str, value: object, change: Callable[..., None]) -> Order:
    is_on = _is_on(f"webhook_{name}", value)
    return lambda: change(**{name: is_on})


def _hold(value: object, sender: WebhookSender) -> Order:
    is_held = _is_on("webhook_hold", value)
    return lambda: sender.hold(is_held)


def _unknown_members(value: object, sender: WebhookSender) -> Order:
    is_on = _is_on("webhook_unknown_members", value)
    return lambda: setattr(sender, "unknown_members", is_on)


def _batch(value: object, sender: WebhookSender) -> Order:
    if type(value) is not int or not 1 <= value <= _MOST_IN_A_BODY:
        raise ValueError(f"webhook_batch must be a whole number from 1 to {_MOST_IN_A_BODY}")
    return lambda: setattr(sender, "batch", value)


def _retry_after(value: object, sender: WebhookSender) -> Order:
    if not isinstance(value, list) or not all(_is_number(each) and each >= 0 for each in value):
        raise ValueError("webhook_retry_after_s must be a list of seconds")
    return lambda: setattr(sender, "retry_after_s", tuple(value))


def _is_on(name: str, value: object) -> bool:
    if value is True or value is False:
        return value
    raise ValueError(f"{name} must be true or false")


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
