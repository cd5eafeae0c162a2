"""The systemd units: correct, closed, and serving the socket that systemd keeps."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from otp_service.simulator import RunningSimulator
from tests.deploy.instances import status_over
from tests.deploy.test_containers import SECRETS
from tests.deployed_redis import DEPLOY, DeployedRedis
from tests.e2e.conftest import await_condition, process_environment
from tests.environment import environment
from tests.programs import program

UNITS = DEPLOY / "systemd"
SERVICE = (UNITS / "otp-service@.service").read_text(encoding="utf-8")
# systemd-analyze's exposure: 0 is perfect, 10 is everything open, times ten.
_EXPOSURE = 15


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they are installed, with a program that is there."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    service = folder / "otp-service@.service"
    service.write_text(re.sub(r"/opt/otp-service/.venv/bin/otp-service", "/bin/true", SERVICE))
    return folder


def test_systemd_finds_nothing_wrong_with_the_units(units: Path):
    for name in ("otp-service@.service", "otp-service@.socket"):
        verify = [program("systemd-analyze"), "verify", "--man=no", str(units / name)]
        run = subprocess.run(verify, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stderr) == (0, "")


def test_the_service_can_do_little_beside_its_work(units: Path):
    security = [program("systemd-analyze"), "security", "--offline=true", "--no-pager"]
    security += [f"--threshold={_EXPOSURE}", str(units / "otp-service@.service")]
    run = subprocess.run(security, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_every_secret_is_a_credential_and_none_is_in_the_environment():
    loaded = re.findall(r"^LoadCredential=(\w+):/etc/otp-service/secrets/(\w+)$", SERVICE, re.M)
    assert {name for name, _ in loaded} == SECRETS
    assert all(name == file for name, file in loaded)


def test_a_socket_of_systemd_s_is_served_and_outlives_the_service(
    empty_redis: DeployedRedis, simulator: RunningSimulator, tmp_path: Path
):
    path = tmp_path / "a.sock"
    told = tmp_path / "notify.sock"
    variables = environment(empty_redis.url, simulator.base_url)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as kept,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified,
    ):
        kept.bind(str(path))
        kept.listen(16)
        notified.bind(str(told))
        notified.settimeout(30)
        for _ in range(2):
            process = _activated(kept, variables | {"NOTIFY_SOCKET": str(told)}, path)
            try:
                # Type=notify: the next unit waits for this word.
                assert b"READY=1" in notified.recv(4096)
                await_condition(lambda: status_over(path) == 200, "an answer on systemd's socket")
            finally:
                os.killpg(process.pid, signal.SIGTERM)
                assert process.wait(45) == 0
            assert path.is_socket()


def _activated(
    kept: socket.socket, variables: dict[str, str], path: Path
) -> subprocess.Popen[bytes]:
    """ExecStart's command with the socket as its third descriptor (sd_listen_fds(3))."""
    # LISTEN_PID is the service's own number, which only it knows: a shell that becomes it tells.
    become = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&"$KEPT"'
    command = [sys.executable, "-m", "otp_service", "serve", "--bind", f"unix:{path}"]
    return subprocess.Popen(
        ["bash", "-c", become, "bash", *command],
        env=process_environment(variables | {"KEPT": str(kept.fileno())}),
        pass_fds=[kept.fileno()],
        start_new_session=True,
    )
