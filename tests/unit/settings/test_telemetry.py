"""OTEL_EXPORTER_OTLP_ENDPOINT: an address that can be used, and the packages that it needs."""

import subprocess
import sys

import pytest

from otp_service.settings import SettingsError

VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
WITHOUT_THE_EXTRA = f"""
import sys
sys.modules["opentelemetry"] = None
from otp_service.settings.telemetry import TelemetrySettings
try:
    TelemetrySettings({VARIABLE.lower()}="http://127.0.0.1:4318")
except ValueError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:4318", "https://traces.example.com/otlp"])
def test_an_address_of_a_collector_is_taken(load, url):
    assert load(**{VARIABLE: url}).otel_exporter_otlp_endpoint == url


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:4318",
        "ftp://127.0.0.1",
        "https://me:secret@example.com",
        "https://me:secret",
        "http://a:99999",
        "http://[::1",
        "http://a/?k=v",
    ],
)
def test_anything_else_stops_the_start_without_being_quoted(load, url):
    with pytest.raises(SettingsError, match=f"{VARIABLE}: must be an http:// or https://") as told:
        load(**{VARIABLE: url})
    assert "secret" not in str(told.value)


def test_without_the_extra_the_start_stops_and_says_what_to_install():
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "pip install -r requirements/otel.lock" in run.stderr
