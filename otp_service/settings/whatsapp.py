"""The settings of Meta's side: the token, the business number, the webhook, the template."""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from otp_service.settings.values import strong_secret
from otp_service.whatsapp.endpoint import checked_base_url


class WhatsAppSettings(BaseSettings):
    """One field for each WHATSAPP_ variable."""

    whatsapp_access_token: str = Field(min_length=1, repr=False)
    whatsapp_phone_number_id: str = Field(pattern=r"^[0-9]+$")
    whatsapp_business_account_id: str = Field(pattern=r"^[0-9]+$")
    whatsapp_app_secret: str = Field(min_length=1, repr=False)
    whatsapp_webhook_verify_token: str = Field(repr=False)
    whatsapp_template_name: str = Field(
        default="shamrock_auth", pattern=r"^[a-z][a-z0-9_]{0,511}$"
    )
    whatsapp_template_language: str = Field(default="en_US", pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
    whatsapp_api_version: str = Field(default="v23.0", pattern=r"^v[0-9]+\.[0-9]+$")
    whatsapp_api_base_url: str = "https://graph.facebook.com"

    @field_validator("whatsapp_webhook_verify_token")
    @classmethod
    def _strong_token(cls, token: str) -> str:
        return strong_secret(token)

    @field_validator("whatsapp_api_base_url")
    @classmethod
    def _fit_for_the_token(cls, url: str) -> str:
        try:
            return checked_base_url(url)
        except ValueError:
            raise ValueError(
                "must be https:// (http:// only to this machine), without credentials or query"
            ) from None
