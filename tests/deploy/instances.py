"""One instance of the service on a unix socket, as nginx finds it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import await_condition, process_environment


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def status_over(path: Path, address: str = "/healthz") -> int:
    """0 when nobody answers."""
    connection = UnixConnection(path)
    try:
        connection.request("GET", address)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


class Instance:
    """`otp-service serve` in a process group of its own."""

    def __init__(self, path: Path, variables: dict[str, str]) -> None:
        self.socket = path
        self.log = path.with_suffix(".log")
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers; a running one stays as it is."""
        if self._process and self._process.poll() is None:
            return
        command = [sys.executable, "-m", "otp_service", "serve", "--bind", f"unix:{self.socket}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=process_environment(self._variables),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        await_condition(lambda: status_over(self.socket) == 200, "the instance to answer")

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self._process is None:
            return 0
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)
        return self.ended()

    def begin_to_stop(self) -> None:
        assert self._process
        os.killpg(self._process.pid, signal.SIGTERM)

    def ended(self) -> int:
        """How it ended, once it has: a signal more may meet it when it has let go of all else."""
        assert self._process
        return self._process.wait(45)
