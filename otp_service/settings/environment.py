"""The settings themselves: one field for each environment variable, each checked."""

import os
import re
from typing import Literal, Self, TypeVar

import phonenumbers
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from otp_service.adapters.redis_address import read_redis_url
from otp_service.domain.api_clients import ApiClient, ApiClients, Scope, key_digest
from otp_service.settings.clients import read_api_clients
from otp_service.settings.faults import SettingsError, explain
from otp_service.settings.pages import PageSettings
from otp_service.settings.protection import ProtectionSettings
from otp_service.settings.pseudonym_keys import PseudonymKeys, read_pseudonym_keys
from otp_service.settings.sources import EnvironmentSettings
from otp_service.settings.telemetry import TelemetrySettings
from otp_service.settings.values import CommaList, checked_limits, strong_secret
from otp_service.settings.whatsapp import WhatsAppSettings
from otp_service.whatsapp.template_plan import DeclaredTemplate

_Kind = TypeVar("_Kind", bound=EnvironmentSettings)
_GAS_CLIENT_ID = "gas"
_GAS_SCOPES = frozenset({Scope.OTP, Scope.SESSIONS})
_ORIGIN = re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")


class Settings(WhatsAppSettings, PageSettings, ProtectionSettings, TelemetrySettings):
    """One field for each environment variable of the same name in capitals."""

    redis_url: str = Field(repr=False)
    redis_wait_replicas: int = Field(default=0, ge=0, le=16)
    # Below the client's own patience, so that the answer is Redis' and not a timeout.
    redis_wait_timeout_ms: int = Field(default=300, ge=1, le=600)
    otp_secret_keys: CommaList = Field(min_length=1, repr=False)
    otp_pseudonym_key: CommaList = Field(min_length=1, repr=False)
    otp_api_clients: str = "{}"
    gas_api_key: CommaList = Field(default=(), repr=False, validate_default=True)

    otp_ttl: int = Field(default=600, ge=1, le=600)
    otp_max_attempts: int = Field(default=5, ge=1, le=10)
    otp_send_limit: str = "3 per 15 minutes"
    otp_ip_limit: str = "20 per hour"
    otp_client_limit: str = "300 per 15 minutes"
    otp_daily_limit: str = "2000 per day"
    otp_status_limit: str = "90 per minute"
    otp_default_region: str = "US"
    otp_allowed_countries: CommaList = ()
    otp_require_request_id: bool = False
    otp_argon2_memory_kib: int = Field(default=7168, ge=7168, le=1048576)
    otp_argon2_passes: int = Field(default=1, ge=1, le=20)
    otp_argon2_lanes: int = Field(default=1, ge=1, le=8)

    session_ttl: int = Field(default=7 * 86400, ge=60, le=90 * 86400)
    session_ttl_privileged: int = Field(default=12 * 3600, ge=60, le=7 * 86400)
    session_audience: str = Field(default="shamrock", min_length=1)

    audit_retention_days: int = Field(default=90, ge=1, le=3650)
    audit_anchor_interval: float = Field(default=60, gt=0, le=3600)
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    cors_origins: CommaList = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    web_workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=256)
    web_threads: int = Field(default=48, ge=4, le=1024)
    web_read_timeout: int = Field(default=20, ge=1, le=300)

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, url: str) -> str:
        read_redis_url(url)
        return url

    @field_validator("otp_secret_keys")
    @classmethod
    def _strong_ring(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(strong_secret(key) for key in keys)

    @field_validator("otp_pseudonym_key")
    @classmethod
    def _readable_pseudonym_keys(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        read_pseudonym_keys(entries)
        return entries

    @property
    def pseudonym_keys(self) -> PseudonymKeys:
        """Those of OTP_PSEUDONYM_KEY."""
        return read_pseudonym_keys(self.otp_pseudonym_key)

    @property
    def hashing_threads(self) -> int:
        """Of each worker: as many as there are cores for it."""
        return max(1, (os.cpu_count() or 1) // self.web_workers)

    @field_validator("otp_api_clients")
    @classmethod
    def _readable_clients(cls, text: str) -> str:
        read_api_clients(text)
        return text

    @field_validator("gas_api_key")
    @classmethod
    def _someone_may_call(cls, keys: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        # Not in `data` when it is wrong itself: then that is what has to be said.
        others = info.data.get("otp_api_clients")
        if not keys and others is not None and not read_api_clients(others):
            raise ValueError("missing, and OTP_API_CLIENTS too: nobody could call")
        digests = {key_digest(key) for key in keys}
        for client in read_api_clients(others or "{}"):
            # Whose it is would be a matter of order, and so what it may do.
            if client.key_sha256 in digests and client.client_id != _GAS_CLIENT_ID:
                raise ValueError(f"is a key of {client.client_id} in OTP_API_CLIENTS as well")
        return tuple(strong_secret(key) for key in keys)

    @field_validator(
        "otp_send_limit", "otp_ip_limit", "otp_client_limit", "otp_daily_limit", "otp_status_limit"
    )
    @classmethod
    def _limit_notation(cls, text: str) -> str:
        return checked_limits(text, "3 per 15 minutes")

    @field_validator("otp_default_region", "otp_allowed_countries")
    @classmethod
    def _known_regions(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        regions = (value,) if isinstance(value, str) else value
        unknown = [region for region in regions if region not in phonenumbers.SUPPORTED_REGIONS]
        if unknown:
            raise ValueError(f"not ISO 3166-1 country codes: {', '.join(unknown)}")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        # Spelled out: flask-cors reads anything with a `*` in it as a pattern for other sites too.
        if not all(_ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError("each must be an origin such as https://www.example.com")
        return origins

    @model_validator(mode="after")
    def _possible_template(self) -> Self:
        self.check_template(self.otp_ttl)
        return self

    @property
    def template(self) -> DeclaredTemplate:
        """The authentication template that codes are sent with."""
        return self.declared_template(self.otp_ttl)

    @property
    def api_clients(self) -> ApiClients:
        """GAS_API_KEY's client and those of OTP_API_CLIENTS."""
        gas = [ApiClient(_GAS_CLIENT_ID, key_digest(key), _GAS_SCOPES) for key in self.gas_api_key]
        return ApiClients([*read_api_clients(self.otp_api_clients), *gas])


def load_settings() -> Settings:
    """Read the environment. Raise SettingsError that names everything at fault."""
    return _load(Settings)


def load_whatsapp_settings() -> WhatsAppSettings:
    """The same of the WHATSAPP_ variables alone, for who only speaks to Meta."""
    return _load(WhatsAppSettings)


def _load(kind: type[_Kind]) -> _Kind:
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError(explain(error)) from None
