"""A messaging client of a simulator that runs with the settings of tests/conftest.py."""

from typing import Any

from otp_service.simulator import RunningSimulator
from otp_service.whatsapp import SingleRetry, WhatsAppCloudAPI
from tests.conftest import ACCESS_TOKEN, APP_SECRET, PHONE_NUMBER_ID


def client_of(simulator: RunningSimulator, **options: Any) -> WhatsAppCloudAPI:
    """A client that does not pause before its second attempt; `options` are its arguments."""
    defaults: dict[str, Any] = {
        "access_token": ACCESS_TOKEN,
        "phone_number_id": PHONE_NUMBER_ID,
        "app_secret": APP_SECRET,
        "base_url": simulator.base_url,
        "retry": SingleRetry(max_pause_s=0.0),
    }
    return WhatsAppCloudAPI(**defaults | options)
