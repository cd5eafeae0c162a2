"""The settings of the pages for people."""

import re
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from otp_service.settings.sources import EnvironmentSettings
from otp_service.settings.values import CommaList, checked_limits

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_URL = re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?(/[!-\[\]-~]*)?")


class PageSettings(EnvironmentSettings):
    """One field for each environment variable of the pages' own."""

    web_page_limit: str = "60 per minute"
    login_next_allowlist: CommaList = Field(default=())
    web_time_zone: str = "UTC"

    @property
    def time_zone(self) -> tzinfo:
        """The office's: the console tells times in it."""
        return _time_zone(self.web_time_zone)

    @field_validator("web_time_zone")
    @classmethod
    def _known_time_zone(cls, name: str) -> str:
        try:
            _time_zone(name)
        except (OSError, LookupError, ValueError):
            raise ValueError(
                "must be a time zone this machine knows, such as America/New_York"
            ) from None
        return name

    @field_validator("web_page_limit")
    @classmethod
    def _page_limit_notation(cls, text: str) -> str:
        return checked_limits(text, "60 per minute")

    @field_validator("login_next_allowlist")
    @classmethod
    def _next_pages(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_PATH.fullmatch(entry) or _URL.fullmatch(entry) for entry in entries):
            raise ValueError(
                "each must be a path (/account, or /app/ for all below), a URL or an origin"
            )
        return entries


def _time_zone(name: str) -> tzinfo:
    """Raise OSError, LookupError or ValueError. UTC needs no database of zones."""
    return UTC if name == "UTC" else ZoneInfo(name)
