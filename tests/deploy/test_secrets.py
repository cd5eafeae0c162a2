"""deploy/secrets.sh: strong secrets, for its owner only, and never a second time."""

from pathlib import Path

import pytest

from otp_service.settings import SettingsError, load_settings
from tests.deploy.test_containers import SECRETS
from tests.deployed_redis import make_secrets

FROM_META = ("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET")


def contents(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_it_makes_what_can_be_made_and_names_the_rest(tmp_path: Path):
    said = make_secrets(tmp_path / "secrets", "/run/redis/redis.sock")
    made = {path.name for path in (tmp_path / "secrets").iterdir() if path.is_file()}
    assert made == SECRETS - set(FROM_META)
    assert all(name in said for name in FROM_META)
    assert not any(secret in said for secret in contents(tmp_path / "secrets").values())


def test_nobody_else_can_read_them(tmp_path: Path):
    make_secrets(tmp_path / "secrets", "redis.internal:6379")
    for path in (tmp_path / "secrets").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_second_run_changes_nothing(tmp_path: Path):
    make_secrets(tmp_path, "redis.internal:6379")
    before = contents(tmp_path)
    make_secrets(tmp_path, "redis.internal:6379")
    assert contents(tmp_path) == before
    assert len(set(before.values())) == len(before)


def test_the_settings_take_the_folder_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    make_secrets(tmp_path, "redis.internal:6379")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("WHATSAPP_PHONE_NUMBER_ID", "106540352242922")
    monkeypatch.setenv("WHATSAPP_BUSINESS_ACCOUNT_ID", "102290129340398")
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert [line.split(":")[0].strip() for line in str(refusal.value).splitlines()[1:]] == list(
        FROM_META
    )
    for name in FROM_META:
        (tmp_path / name).write_text("from-meta")
    password = (tmp_path / "redis" / "otp-service.password").read_text()
    assert load_settings().redis_url == f"redis://otp-service:{password}@redis.internal:6379/0"
