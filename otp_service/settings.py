"""Settings: environment, `.env`, `<NAME>_FILE`, secrets directory; all faults said at once."""

import ipaddress
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import phonenumbers
from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from otp_service.adapters.limits_send_limiter import parse_limits
from otp_service.domain.api_clients import ApiClient, ApiClients, Scope, key_digest

GAS_CLIENT_ID = "gas"
_GAS_SCOPES = frozenset({Scope.OTP, Scope.SESSIONS})
_MIN_SECRET_CHARS = 32
_MIN_DISTINCT_CHARS = 10
_REDIS_SCHEMES = ("redis", "rediss", "unix")
_HOW_TO_MAKE = {
    "otp_secret_keys": "make one: otp-service keys secret",
    "otp_pseudonym_key": "make one: otp-service keys secret",
    "gas_api_key": "the callers' key; make one: otp-service keys secret",
    "otp_api_clients": "make one: otp-service keys client NAME",
    "redis_url": "for example redis://localhost:6379/0 or unix:///run/redis.sock",
    "whatsapp_access_token": "a System User token from Meta Business Settings",
    "whatsapp_phone_number_id": "from the WhatsApp section of Meta's App Dashboard",
    "whatsapp_app_secret": "App Settings, Basic, in Meta's App Dashboard",
}


class SettingsError(Exception):
    """The text names every setting that is missing or wrong, and how to make it."""


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class _SecretFiles(PydanticBaseSettingsSource):
    """`<NAME>_FILE` in the environment, or a file NAME in `SECRETS_DIR`."""

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002 - pydantic's signature
        field_name: str,
    ) -> tuple[Any, str, bool]:
        name = field_name.upper()
        path = os.environ.get(f"{name}_FILE") or self._in_secrets_dir(name)
        return (_file_text(name, path).strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}

    @staticmethod
    def _in_secrets_dir(name: str) -> str | None:
        directory = os.environ.get("SECRETS_DIR")
        path = Path(directory) / name if directory else None
        return str(path) if path and path.is_file() else None


class Settings(BaseSettings):
    """One field for each environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    redis_url: str = Field(repr=False)
    otp_secret_keys: CommaList = Field(min_length=1, repr=False)
    otp_pseudonym_key: str = Field(repr=False)
    otp_api_clients: str = "{}"
    gas_api_key: str | None = Field(default=None, repr=False, validate_default=True)

    whatsapp_access_token: str = Field(min_length=1, repr=False)
    whatsapp_phone_number_id: str = Field(pattern=r"^[0-9]+$")
    whatsapp_app_secret: str = Field(min_length=1, repr=False)
    whatsapp_template_name: str = Field(
        default="shamrock_auth", pattern=r"^[a-z][a-z0-9_]{0,511}$"
    )
    whatsapp_template_language: str = Field(default="en_US", pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
    whatsapp_api_version: str = Field(default="v23.0", pattern=r"^v[0-9]+\.[0-9]+$")
    whatsapp_api_base_url: str = "https://graph.facebook.com"

    otp_ttl: int = Field(default=600, ge=1, le=600)
    otp_max_attempts: int = Field(default=5, ge=1, le=10)
    otp_send_limit: str = "3 per 15 minutes"
    otp_ip_limit: str = "20 per hour"
    otp_client_limit: str = "300 per 15 minutes"
    otp_daily_limit: str = "2000 per day"
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
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    cors_origins: CommaList = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    web_workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=256)
    web_threads: int = Field(default=32, ge=4, le=1024)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours reads both
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls), dotenv_settings

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, url: str) -> str:
        if urlsplit(url).scheme not in _REDIS_SCHEMES:
            raise ValueError(f"must begin with {', '.join(f'{s}://' for s in _REDIS_SCHEMES)}")
        return url

    @field_validator("otp_secret_keys")
    @classmethod
    def _strong_ring(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_strong(key) for key in keys)

    @field_validator("otp_pseudonym_key")
    @classmethod
    def _strong_secret(cls, secret: str) -> str:
        return _strong(secret)

    @field_validator("otp_api_clients")
    @classmethod
    def _readable_clients(cls, text: str) -> str:
        _read_api_clients(text)
        return text

    @field_validator("gas_api_key")
    @classmethod
    def _someone_may_call(cls, key: str | None, info: ValidationInfo) -> str | None:
        # Not in `data` when it is wrong itself: then that is what has to be said.
        others = info.data.get("otp_api_clients")
        if key is None and others is not None and not _read_api_clients(others):
            raise ValueError("missing, and OTP_API_CLIENTS too: nobody could call")
        return _strong(key) if key else key

    @field_validator("otp_send_limit", "otp_ip_limit", "otp_client_limit", "otp_daily_limit")
    @classmethod
    def _limit_notation(cls, text: str) -> str:
        try:
            parse_limits(text)
        except ValueError:
            raise ValueError('must read like "3 per 15 minutes"') from None
        return text

    @field_validator("otp_default_region", "otp_allowed_countries")
    @classmethod
    def _known_regions(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        regions = (value,) if isinstance(value, str) else value
        unknown = [region for region in regions if region not in phonenumbers.SUPPORTED_REGIONS]
        if unknown:
            raise ValueError(f"not ISO 3166-1 country codes: {', '.join(unknown)}")
        return value

    @field_validator("whatsapp_api_base_url")
    @classmethod
    def _https_or_loopback(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (
            parts.scheme == "http" and _is_loopback(parts.hostname)
        ):
            raise ValueError("must be https:// (http:// only to this machine)")
        return url

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            if (
                parts.scheme not in {"http", "https"}
                or origin != f"{parts.scheme}://{parts.netloc}"
            ):
                raise ValueError("each must be an origin such as https://www.example.com")
        return origins

    @property
    def api_clients(self) -> ApiClients:
        """GAS_API_KEY's client and those of OTP_API_CLIENTS."""
        clients = _read_api_clients(self.otp_api_clients)
        if self.gas_api_key:
            clients.append(ApiClient(GAS_CLIENT_ID, key_digest(self.gas_api_key), _GAS_SCOPES))
        return ApiClients(clients)


def load_settings() -> Settings:
    """Read the environment. Raise SettingsError that names everything at fault."""
    try:
        return Settings()  # type: ignore[call-arg]  # the environment gives the arguments
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _file_text(name: str, path: str) -> str:
    """Raise SettingsError; never with what is in the file."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{name}: the file {path} cannot be read ({type(error).__name__})"
        ) from None


def _explain(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    lines = [_fault_line(str(fault["loc"][0]) if fault["loc"] else "", fault) for fault in faults]
    return "\n".join([f"Missing or wrong settings ({len(lines)}):", *sorted(lines)])


def _fault_line(field: str, fault: Mapping[str, Any]) -> str:
    text = "missing" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
    hint = f" ({_HOW_TO_MAKE[field]})" if field in _HOW_TO_MAKE else ""
    return f"  {field.upper()}: {text}{hint}" if field else f"  {text}"


def _strong(secret: str) -> str:
    if len(secret) < _MIN_SECRET_CHARS or len(set(secret)) < _MIN_DISTINCT_CHARS:
        raise ValueError(f"too weak: needs {_MIN_SECRET_CHARS} random characters or more")
    return secret


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _read_api_clients(text: str) -> list[ApiClient]:
    """JSON, or `@file` with JSON: `{name: {"sha256": hex, "scopes": [..]}}`. Raise ValueError."""
    raw = _file_text("OTP_API_CLIENTS", text[1:]) if text.startswith("@") else text
    try:
        return [
            ApiClient(name, _sha256_hex(row["sha256"]), frozenset(map(Scope, row["scopes"])))
            for name, row in json.loads(raw).items()
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            'must be JSON like {"console": {"sha256": "<64 hex>", "scopes": '
            f'["otp"]}}}}; scopes are {", ".join(Scope)} ({type(error).__name__})'
        ) from None


def _sha256_hex(text: str) -> str:
    if len(bytes.fromhex(text)) != 32:
        raise ValueError("sha256 must be 64 hexadecimal digits")
    return text.lower()
