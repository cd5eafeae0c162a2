"""What is wrong with the settings, all of it in one text, and how to make each."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

_HOW_TO_MAKE = {
    "otp_secret_keys": "make one: otp-service keys secret",
    "otp_pseudonym_key": "make one: otp-service keys secret",
    "gas_api_key": "the callers' key (a comma separates two); make one: otp-service keys secret",
    "otp_api_clients": "make one: otp-service keys client NAME",
    "operator_webhook_secret": "make one: otp-service keys secret",
    "otp_test_numbers": "for the reviewers of an app store; nothing is sent to these numbers",
    "redis_url": "for example redis://localhost:6379/0 or unix:///run/redis.sock",
    "whatsapp_access_token": "a System User token from Meta Business Settings",
    "whatsapp_phone_number_id": "from the WhatsApp section of Meta's App Dashboard",
    "whatsapp_business_account_id": "beside the phone number id, in Meta's App Dashboard",
    "whatsapp_webhook_verify_token": "make one: otp-service keys secret",
    "whatsapp_app_secret": "App Settings, Basic, in Meta's App Dashboard",
}


class SettingsError(Exception):
    """The text names every setting that is missing or wrong, and how to make it."""


def explain(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    lines = [_fault_line(str(fault["loc"][0]) if fault["loc"] else "", fault) for fault in faults]
    return "\n".join([f"Missing or wrong settings ({len(lines)}):", *sorted(lines)])


def _fault_line(field: str, fault: Mapping[str, Any]) -> str:
    text = "missing" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
    hint = f" ({_HOW_TO_MAKE[field]})" if field in _HOW_TO_MAKE else ""
    return f"  {field.upper()}: {text}{hint}" if field else f"  {text}"
