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
    """What the variables say. `phone_number_id` may be empty where no message is sent."""

    access_token: str = field(repr=False)
    phone_number_id: str
    app_secret: str | None = field(repr=False)
    api_version: str
    base_url: str
    template_name: str
    template_language: str


def read_environment(
    variables: Mapping[str, str], *, for_messages: bool = False
) -> WhatsAppEnvironment:
    """Read WHATSAPP_ACCESS_TOKEN and what is optional beside it.

    Messages also need WHATSAPP_PHONE_NUMBER_ID. An empty variable is an absent one. Raises
    InvalidArgumentError naming every missing one.
    """
    required = _WHERE_TO_FIND if for_messages else ("WHATSAPP_ACCESS_TOKEN",)
    present = {name: value for name, text in variables.items() if (value := text.strip())}
    missing = [f"{name} ({_WHERE_TO_FIND[name]})" for name in required if name not in present]
    if missing:
        raise InvalidArgumentError(f"not set in the environment: {'; '.join(missing)}")
    return WhatsAppEnvironment(
        access_token=present["WHATSAPP_ACCESS_TOKEN"],
        phone_number_id=present.get("WHATSAPP_PHONE_NUMBER_ID", ""),
        app_secret=present.get("WHATSAPP_APP_SECRET"),
        api_version=present.get("WHATSAPP_API_VERSION", "v23.0"),
        base_url=present.get("WHATSAPP_API_BASE_URL", "https://graph.facebook.com"),
        template_name=present.get("WHATSAPP_TEMPLATE_NAME", "shamrock_auth"),
        template_language=present.get("WHATSAPP_TEMPLATE_LANGUAGE", "en_US"),
    )
