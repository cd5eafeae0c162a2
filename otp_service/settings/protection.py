"""The settings that protect the service's keys, its money and Meta's patience."""

import re

from pydantic import Field, ValidationInfo, field_validator

from otp_service.domain.challenge import UNVERIFIED_KEPT_MS, SendWaits
from otp_service.domain.pumping import PumpingGuard
from otp_service.domain.review_numbers import ReviewNumbers
from otp_service.settings.review_numbers import read_review_numbers
from otp_service.settings.sources import EnvironmentSettings
from otp_service.settings.values import CommaList, checked_limits, strong_secret
from otp_service.whatsapp.endpoint import checked_base_url

_SECONDS = re.compile(r"[0-9]{1,5}")
_MOST_WAITS = 20
_LONGEST_WAIT_S = UNVERIFIED_KEPT_MS // 1000


class ProtectionSettings(EnvironmentSettings):
    """One field for each environment variable of the same name in capitals."""

    otp_bad_key_limit: str = "20 per minute"
    otp_send_waits: CommaList = ("0", "0", "0", "0", "0", "60", "300", "900", "3600")
    otp_test_numbers: str = Field(default="{}", repr=False)
    otp_pumping_guard: PumpingGuard = PumpingGuard.RECORD
    operator_webhook_url: str = Field(default="", repr=False)
    operator_webhook_secret: str = Field(default="", repr=False, validate_default=True)
    whatsapp_throughput: int = Field(default=80, ge=1, le=1000)
    whatsapp_circuit_failures: int = Field(default=10, ge=1, le=1000)
    whatsapp_circuit_wait: int = Field(default=15, ge=1, le=600)

    @field_validator("operator_webhook_url")
    @classmethod
    def _fit_for_alerts(cls, url: str) -> str:
        try:
            return checked_base_url(url) if url else url
        except ValueError:
            # Without the URL: in Slack's the path is the key.
            raise ValueError(
                "must be https:// (http:// only to this machine), without credentials or query"
            ) from None

    @field_validator("operator_webhook_secret")
    @classmethod
    def _strong_with_a_url(cls, secret: str, info: ValidationInfo) -> str:
        return strong_secret(secret) if secret or info.data.get("operator_webhook_url") else ""

    @property
    def send_waits(self) -> SendWaits:
        """Those of OTP_SEND_WAITS."""
        return SendWaits(tuple(map(int, self.otp_send_waits)))

    @field_validator("otp_send_waits")
    @classmethod
    def _growing_waits(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        seconds = [int(text) for text in texts if _SECONDS.fullmatch(text)]
        grows = seconds == sorted(seconds) and max(seconds, default=0) <= _LONGEST_WAIT_S
        if not grows or not 0 < len(texts) == len(seconds) <= _MOST_WAITS:
            raise ValueError(
                f"must be 1 to {_MOST_WAITS} whole seconds with commas between, none less than "
                f"the one before, {_LONGEST_WAIT_S} at most"
            )
        return texts

    @property
    def review_numbers(self) -> ReviewNumbers:
        """Those of OTP_TEST_NUMBERS."""
        return read_review_numbers(self.otp_test_numbers)

    @field_validator("otp_test_numbers")
    @classmethod
    def _readable_test_numbers(cls, text: str) -> str:
        read_review_numbers(text)
        return text

    @field_validator("otp_bad_key_limit")
    @classmethod
    def _bad_key_limit_notation(cls, text: str) -> str:
        return checked_limits(text, "20 per minute")
