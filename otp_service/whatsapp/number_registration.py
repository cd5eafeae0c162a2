"""What an operator does to a business number: register it, its PIN, its code, its callback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otp_service.whatsapp.callback import callback_override
from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.graph_changes import check_success
from otp_service.whatsapp.graph_ids import checked_id

if TYPE_CHECKING:
    from otp_service.whatsapp.graph_client import GraphClient

_CODE_METHODS = ("SMS", "VOICE")


def register_number(
    graph: GraphClient, phone_number_id: str, pin: str, *, storage_region: str | None = None
) -> None:
    """Register the number for the Cloud API; without it every send fails with 133010.

    `pin`: six digits, the two-step PIN if there is one, else it becomes the PIN.
    `storage_region`: ISO 3166-1 country in which Meta keeps messages at rest, where offered.
    Ten registrations and deregistrations in 72 hours are the limit (133016).
    Raises InvalidArgumentError, OperatorError (131031: not the PIN), or what `GraphClient` does.
    Source: "Register a business phone number", Cloud API.
    """
    body = {"messaging_product": "whatsapp", "pin": _checked_pin(pin)}
    if storage_region is not None:
        if not re.fullmatch(r"[A-Z]{2}", storage_region):
            raise InvalidArgumentError("storage_region must be two capital letters")
        body["data_localization_region"] = storage_region
    check_success(graph.post(f"{_number(phone_number_id)}/register", body))


def deregister_number(graph: GraphClient, phone_number_id: str) -> None:
    """Take the number out of the Cloud API: nobody can log in until it is registered again.

    Source: "Deregister a business phone number", Cloud API.
    """
    check_success(graph.post(f"{_number(phone_number_id)}/deregister", {}))


def set_two_step_pin(graph: GraphClient, phone_number_id: str, pin: str) -> None:
    """Set or replace the six-digit PIN that a registration asks for. It cannot be taken away.

    Source: "Two-step verification", Cloud API.
    """
    check_success(graph.post(_number(phone_number_id), {"pin": _checked_pin(pin)}))


def request_verification_code(
    graph: GraphClient, phone_number_id: str, *, method: str = "SMS", language: str = "en_US"
) -> None:
    """Have Meta send a code to the business number, to prove that it is ours.

    `method`: SMS or VOICE. Refused with 136024 once the number is verified.
    Source: "WhatsApp Business Phone Number, Request code", Graph API.
    """
    if method not in _CODE_METHODS:
        raise InvalidArgumentError(f"method must be one of {', '.join(_CODE_METHODS)}")
    body = {"code_method": method, "language": language}
    check_success(graph.post(f"{_number(phone_number_id)}/request_code", body))


def verify_number(graph: GraphClient, phone_number_id: str, code: str) -> None:
    """Hand in the code Meta sent to the business number.

    Source: "WhatsApp Business Phone Number, Verify code", Graph API.
    """
    digits = code.replace("-", "")
    if not re.fullmatch(r"[0-9]{4,8}", digits):
        raise InvalidArgumentError("code must be the digits Meta sent")
    check_success(graph.post(f"{_number(phone_number_id)}/verify_code", {"code": digits}))


def set_identity_check(graph: GraphClient, phone_number_id: str, *, enabled: bool) -> None:
    """Have Meta refuse a message whose pinned identity hash is no longer the recipient's.

    With it, webhooks carry the hash; a number that changed hands is then found out.
    Source: "Settings API", Cloud API.
    """
    body = {"user_identity_change": {"enable_identity_key_check": enabled}}
    check_success(graph.post(f"{_number(phone_number_id)}/settings", body))


def override_number_callback(
    graph: GraphClient, phone_number_id: str, callback_uri: str, verify_token: str
) -> None:
    """Send this number's webhooks to `callback_uri` instead of the account's or the app's.

    Meta asks the callback for a challenge with `verify_token` before it answers.
    Source: "Webhooks, Override", Cloud API.
    """
    configuration = callback_override(callback_uri, verify_token)
    body = {"webhook_configuration": configuration}
    check_success(graph.post(_number(phone_number_id), body))


def clear_number_callback(graph: GraphClient, phone_number_id: str) -> None:
    """Let the account's callback, else the app's, have this number's webhooks again."""
    body = {"webhook_configuration": {"override_callback_uri": ""}}
    check_success(graph.post(_number(phone_number_id), body))


def _number(phone_number_id: str) -> str:
    return checked_id(phone_number_id, "phone_number_id")


def _checked_pin(pin: str) -> str:
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise InvalidArgumentError("pin must be six digits")
    return pin
