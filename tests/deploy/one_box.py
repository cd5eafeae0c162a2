"""Redis on one box as docs/deploy.md sets it up, in a folder instead of /etc, /run and /var."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from otp_service.demo.owned_process import OwnedProcess
from tests.deployed_redis import REDIS_CONF, DeployedRedis, make_secrets
from tests.e2e.conftest import await_condition

_PLACES = {
    "/etc/otp-service/secrets": "secrets",
    "/etc/redis": "etc",
    "/run/redis": "run",
    "/var/lib/redis": "data",
    "/var/backups/otp": "backups",
}
# Root's: nothing here runs as root, and there is no systemd.
_AS_ROOT = (("install -o redis -g redis", "install"), ("runuser -u redis -- ", ""))


class OneBox:
    """A server of the shipped redis.conf, and the operator's shell beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for place in _PLACES.values():
            (folder / place).mkdir(mode=0o700)
        self.redis = DeployedRedis(folder / "secrets", folder / "run" / "redis.sock")
        make_secrets(self.redis.secrets, str(self.redis.socket))
        os.replace(self.redis.secrets / "redis" / "users.acl", folder / "etc" / "users.acl")
        self._conf = folder / "etc" / "redis.conf"
        self._conf.write_text(self.here(REDIS_CONF.read_text(encoding="utf-8")), encoding="utf-8")
        self._process: OwnedProcess | None = None

    def start(self) -> None:
        self._process = OwnedProcess(["redis-server", str(self._conf)], quiet=True)
        await_condition(self._answers, "Redis to answer")

    def stop(self) -> None:
        if self._process:
            self._process.stop()
            self._process = None

    def run(self, commands: str) -> str:
        """Run a block of a guide as root would there, without what systemd does in it."""
        lines = [line for line in commands.splitlines() if not line.startswith("systemctl ")]
        text = self.here("\n".join(lines))
        for root, ours in _AS_ROOT:
            text = text.replace(root, ours)
        shell = ["bash", "-euo", "pipefail", "-c", text]
        done = subprocess.run(shell, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def here(self, text: str) -> str:
        for there, place in _PLACES.items():
            text = text.replace(there, str(self._folder / place))
        return text

    def end_whatever_runs(self) -> None:
        """A server that a block started and did not stop, because it failed midway."""
        self.stop()
        if self.redis.socket.exists():
            with self.redis.client("operator") as client, suppress(redis.ConnectionError):
                client.shutdown(nosave=True)

    def _answers(self) -> bool:
        if not self.redis.socket.exists():
            return False
        with self.redis.client("operator") as client, suppress(redis.RedisError):
            return bool(client.ping())
        return False


@contextmanager
def one_box() -> Iterator[OneBox]:
    # A short name: a unix socket's path may have about 100 characters.
    with tempfile.TemporaryDirectory(prefix="otp-box-") as name:
        box = OneBox(Path(name))
        box.start()
        try:
            yield box
        finally:
            box.end_whatever_runs()
