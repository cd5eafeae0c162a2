"""A good environment to change, and a machine with none of our variables."""

import pytest

from otp_service.settings import Settings, SettingsError, load_settings
from tests.environment import environment

STRONG = "9f86d081884c7d659a2feaa0c55ad015"
GOOD = environment("redis://localhost:6379/0", "https://graph.facebook.com")
SECRET_NAMES = [
    "OTP_SECRET_KEYS",
    "OTP_PSEUDONYM_KEY",
    "GAS_API_KEY",
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_WEBHOOK_VERIFY_TOKEN",
]


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A folder without .env, and an environment with none of our variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.delenv("SECRETS_DIR", raising=False)
    return tmp_path


@pytest.fixture
def load(monkeypatch):
    """Loads the settings of a good environment, changed; None takes a variable out."""

    def load(**changes):
        for name, value in {**GOOD, **changes}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return load_settings()

    return load


def fault_of(load, **changes):
    with pytest.raises(SettingsError) as caught:
        load(**changes)
    return str(caught.value)
