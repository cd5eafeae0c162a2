"""Settings from files and `.env`."""

import pytest

from tests.unit.settings.conftest import GOOD, SECRET_NAMES, STRONG, fault_of


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_secret_may_come_from_a_file(load, monkeypatch, machine, name):
    (machine / "secret").write_text(f"{STRONG}\n")
    monkeypatch.setenv(f"{name}_FILE", str(machine / "secret"))
    value = getattr(load(**{name: None}), name.lower())
    assert value in (STRONG, (STRONG,))
    assert getattr(load(**{name: GOOD[name]}), name.lower()) in (GOOD[name], (GOOD[name],))


def test_a_secret_may_come_from_a_folder_of_them(load, monkeypatch, machine):
    folder = machine / "secrets"
    folder.mkdir()
    (folder / "OTP_PSEUDONYM_KEY").write_text(f"  {STRONG}\n")
    (folder / "OTP_TTL").mkdir()
    monkeypatch.setenv("SECRETS_DIR", str(folder))
    assert load(OTP_PSEUDONYM_KEY=None).otp_pseudonym_key == (STRONG,)


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_secret_file_that_cannot_be_read_is_said(load, monkeypatch, machine, kind):
    path = machine if kind == "folder" else machine / "nowhere"
    monkeypatch.setenv("OTP_PSEUDONYM_KEY_FILE", str(path))
    assert str(path) in fault_of(load, OTP_PSEUDONYM_KEY=None)


def test_a_secret_file_that_is_no_text_is_said(load, monkeypatch, machine):
    (machine / "secret").write_bytes(b"\xff\xfe" + STRONG.encode())
    monkeypatch.setenv("OTP_PSEUDONYM_KEY_FILE", str(machine / "secret"))
    fault_of(load, OTP_PSEUDONYM_KEY=None)


def test_a_dotenv_is_read_in_development_and_the_environment_wins(load, machine):
    (machine / ".env").write_text(
        f"OTP_TTL=60\nOTP_MAX_ATTEMPTS=3\nUNKNOWN=1\nGAS_API_KEY={STRONG}\n"
    )
    settings = load(OTP_TTL="120")
    assert (settings.otp_ttl, settings.otp_max_attempts) == (120, 3)
    assert load(GAS_API_KEY=None).gas_api_key == (STRONG,)
