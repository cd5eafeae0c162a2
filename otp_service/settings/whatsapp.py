"""The settings of Meta's side: the token, the business number, the webhook, the template."""

from pydantic import Field, field_validator

from otp_service.settings.sources import EnvironmentSettings
from otp_service.settings.values import CommaList, strong_secret
from otp_service.whatsapp.authentication_template import (
    AuthenticationContent,
    OtpButton,
    OtpType,
    SupportedApp,
    checked_languages,
)
from otp_service.whatsapp.endpoint import checked_base_url
from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.template_plan import DeclaredTemplate

_SHORTEST_SEND_TTL_S = 30
_SETTING_OF = {
    "supported_apps": "WHATSAPP_TEMPLATE_APPS",
    "zero_tap_terms_accepted": "WHATSAPP_TEMPLATE_ZERO_TAP_TERMS_ACCEPTED",
}


class WhatsAppSettings(EnvironmentSettings):
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
    whatsapp_template_languages: CommaList = ()
    whatsapp_template_button: OtpType = OtpType.COPY_CODE
    whatsapp_template_apps: CommaList = ()
    whatsapp_template_zero_tap_terms_accepted: bool = False
    whatsapp_template_security_line: bool = True
    whatsapp_template_send_ttl: int | None = Field(default=None, ge=_SHORTEST_SEND_TTL_S)
    whatsapp_identity_check: bool = False
    whatsapp_api_version: str = Field(default="v23.0", pattern=r"^v[0-9]+\.[0-9]+$")
    whatsapp_api_base_url: str = "https://graph.facebook.com"

    @field_validator("whatsapp_template_language", "whatsapp_template_languages")
    @classmethod
    def _languages_of_meta(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if value:
            checked_languages([value] if isinstance(value, str) else value)
        return value

    @field_validator("whatsapp_template_apps")
    @classmethod
    def _apps(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for entry in entries:
            _app(entry)
        return entries

    def check_template(self, passcode_ttl_s: int) -> None:
        """Raise ValueError that names the setting at fault."""
        if self.whatsapp_template_apps and self.whatsapp_template_button is OtpType.COPY_CODE:
            raise ValueError("WHATSAPP_TEMPLATE_APPS: only for the buttons ONE_TAP and ZERO_TAP")
        try:
            declared = self.declared_template(passcode_ttl_s)
        except InvalidArgumentError as error:
            argument, _, rule = str(error).partition(" ")
            raise ValueError(f"{_SETTING_OF.get(argument, argument)}: {rule}") from None
        if declared.message_send_ttl_s > max(passcode_ttl_s, _SHORTEST_SEND_TTL_S):
            raise ValueError("WHATSAPP_TEMPLATE_SEND_TTL: must not be longer than OTP_TTL")

    def declared_template(self, passcode_ttl_s: int) -> DeclaredTemplate:
        """The template that a passcode of this life needs. Raise InvalidArgumentError."""
        others = self.whatsapp_template_languages
        button = OtpButton(
            otp_type=self.whatsapp_template_button,
            supported_apps=tuple(_app(entry) for entry in self.whatsapp_template_apps),
            zero_tap_terms_accepted=self.whatsapp_template_zero_tap_terms_accepted,
        )
        content = AuthenticationContent(
            button=button,
            security_recommendation=self.whatsapp_template_security_line,
            # A passcode of less than a minute, as tests have it, can have no such line.
            code_expiration_minutes=passcode_ttl_s // 60 or None,
        )
        return DeclaredTemplate(
            name=self.whatsapp_template_name,
            languages=tuple(dict.fromkeys((self.whatsapp_template_language, *others))),
            content=content,
            # A code that arrives after it expired only confuses.
            message_send_ttl_s=self.whatsapp_template_send_ttl
            or max(_SHORTEST_SEND_TTL_S, passcode_ttl_s),
        )

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


def _app(entry: str) -> SupportedApp:
    """`package:hash`. Raise ValueError."""
    package_name, separator, signature_hash = entry.partition(":")
    if not separator:
        raise ValueError("each must read like com.example.app:K8a/AINcGX7")
    return SupportedApp(package_name, signature_hash)
