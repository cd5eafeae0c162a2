"""The client's configuration, read from environment variables by the names Shamrock uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

_WHERE_TO_FIND = {
    "WHATSAPP_ACCESS_TOKEN": "a System User token, from Business Settings > System users",
    "WHATSAPP_PHONE_NUMBER_ID": "digits, from the app's dashboard > WhatsApp > API Setup",
}


@dataclass(frozen=True)
class WhatsAppEnvironment:
    """What the variables say; the business account's id is for management, not for messages."""

    access_token: str = field(repr=False)
    phone_number_id: str
    business_account_id: str | None
    app_secret: str | None = field(repr=False)
    api_version: str
    base_url: str
    template_name: str
    template_language: str


def read_environment(variables: Mapping[str, str]) -> WhatsAppEnvironment:
    """Read WHATSAPP_ACCESS_TOKEN, WHATSAPP_PHONE_NUMBER_ID and what is optional beside them.

    An empty variable is an absent one. Raises InvalidArgumentError naming every missing one.
    """
    present = {name: value for name, text in variables.items() if (value := text.strip())}
    missing = [f"{name} ({hint})" for name, hint in _WHERE_TO_FIND.items() if name not in present]
    if missing:
        raise InvalidArgumentError(f"not set in the environment: {'; '.join(missing)}")
    return WhatsAppEnvironment(
        access_token=present["WHATSAPP_ACCESS_TOKEN"],
        phone_number_id=present["WHATSAPP_PHONE_NUMBER_ID"],
        business_account_id=present.get("WHATSAPP_BUSINESS_ACCOUNT_ID"),
        app_secret=present.get("WHATSAPP_APP_SECRET"),
        api_version=present.get("WHATSAPP_API_VERSION", "v23.0"),
        base_url=present.get("WHATSAPP_API_BASE_URL", "https://graph.facebook.com"),
        template_name=present.get("WHATSAPP_TEMPLATE_NAME", "shamrock_auth"),
        template_language=present.get("WHATSAPP_TEMPLATE_LANGUAGE", "en_US"),
    )
