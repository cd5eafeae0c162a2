"""Redis as deploy/ runs it: its redis.conf, and users.acl with the passwords of secrets.sh."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from otp_service.demo.owned_process import OwnedProcess
from otp_service.demo.redis_process import find_redis_server

DEPLOY = Path(__file__).parent.parent / "deploy"
REDIS_CONF = DEPLOY / "redis" / "redis.conf"
_PATIENCE_S = 20.0


def make_secrets(folder: Path, redis_at: str) -> str:
    """Run deploy/secrets.sh for a Redis at this socket or HOST:PORT; return what it said."""
    command = ["sh", str(DEPLOY / "secrets.sh"), str(folder), redis_at]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True, slots=True)
class DeployedRedis:
    """`secrets` is the folder that secrets.sh filled."""

    secrets: Path
    socket: Path

    @property
    def url(self) -> str:
        """The service's own."""
        return (self.secrets / "REDIS_URL").read_text(encoding="utf-8")

    def client(self, user: str) -> redis.Redis:
        password = (self.secrets / "redis" / f"{user}.password").read_text(encoding="utf-8")
        return redis.Redis(
            unix_socket_path=str(self.socket),
            username=user,
            password=password,
            decode_responses=True,
            socket_timeout=_PATIENCE_S,
        )


@contextmanager
def deployed_redis(binary: Path | None = None, more_rights: str = "") -> Iterator[DeployedRedis]:
    """A server for the block. `more_rights`: rules that tests need beside those of the service."""
    # A short name: a unix socket's path may have about 100 characters.
    with tempfile.TemporaryDirectory(prefix="otp-acl-") as name:
        folder = Path(name)
        os.chmod(folder, 0o700)
        server = DeployedRedis(folder / "secrets", folder / "redis.sock")
        make_secrets(server.secrets, str(server.socket))
        acl = server.secrets / "redis" / "users.acl"
        rules = acl.read_text(encoding="utf-8")
        acl.write_text(rules.replace("-@all", f"-@all {more_rights}", 1))
        command = [str(binary or find_redis_server()), str(REDIS_CONF), "--dir", str(folder)]
        command += ["--unixsocket", str(server.socket), "--aclfile", str(acl)]
        process = OwnedProcess(command, quiet=True)
        try:
            _wait_until_it_answers(server, process)
            yield server
        finally:
            process.stop()


def _wait_until_it_answers(server: DeployedRedis, process: OwnedProcess) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    with server.client("operator") as client:
        while True:
            try:
                client.ping()
            except (redis.ConnectionError, redis.BusyLoadingError):
                if process.ended or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return
