"""The settings of what the service tells of itself."""

from importlib.util import find_spec
from urllib.parse import urlsplit

from pydantic import field_validator

from otp_service.settings.sources import EnvironmentSettings


class TelemetrySettings(EnvironmentSettings):
    """One field for each environment variable of the same name in capitals."""

    otel_exporter_otlp_endpoint: str = ""

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _usable_collector(cls, url: str) -> str:
        if not url:
            return url
        if not _is_usable(url):
            raise ValueError(
                "must be an http:// or https:// address without credentials or query, such as "
                "http://127.0.0.1:4318"
            )
        if find_spec("opentelemetry") is None:
            raise ValueError("needs the extra `otel`: pip install -r requirements/otel.lock")
        return url


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        # Its words quote what stands for the port, which may be a password.
        return False
    return bool(named) and not (parts.username or parts.query or parts.fragment)
