"""The settings a test runs the service with: nothing from the machine's own environment."""

import json
from typing import Any

from otp_service.domain.api_clients import Scope, key_digest
from otp_service.settings import Settings
from tests.conftest import (
    ACCESS_TOKEN,
    APP_SECRET,
    BUSINESS_ACCOUNT_ID,
    CONSOLE_KEY,
    GAS_KEY,
    PHONE_NUMBER_ID,
    VERIFY_TOKEN,
)


def environment(redis_url: str, graph_url: str, **overrides: str) -> dict[str, str]:
    """Environment variables of a whole service; `overrides` by the variables' own names."""
    console = {"sha256": key_digest(CONSOLE_KEY), "scopes": [scope.value for scope in Scope]}
    reader = {"sha256": key_digest(CONSOLE_KEY[::-1]), "scopes": [Scope.AUDIT.value]}
    return {
        "REDIS_URL": redis_url,
        "OTP_SECRET_KEYS": "test-secret-key-8c5d1e9f40a7b362-newest",
        "OTP_PSEUDONYM_KEY": "test-pseudonym-key-2b7e151628aed2a6",
        "GAS_API_KEY": GAS_KEY,
        "OTP_API_CLIENTS": json.dumps({"console": console, "reader": reader}),
        "WHATSAPP_ACCESS_TOKEN": ACCESS_TOKEN,
        "WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "WHATSAPP_BUSINESS_ACCOUNT_ID": BUSINESS_ACCOUNT_ID,
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_WEBHOOK_VERIFY_TOKEN": VERIFY_TOKEN,
        "WHATSAPP_API_BASE_URL": graph_url,
        "WEB_WORKERS": "1",
        **overrides,
    }


def settings_of(variables: dict[str, str]) -> Settings:
    arguments: dict[str, Any] = {name.lower(): value for name, value in variables.items()}
    return Settings(**arguments)
