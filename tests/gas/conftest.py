"""The service that deploy/gas stands in front of, and Node to run it in."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from otp_service.demo.redis_process import RedisProcess, running_redis
from otp_service.domain.api_clients import key_digest
from otp_service.simulator import RunningSimulator
from tests.e2e.conftest import Service, free_port, running_service
from tests.environment import environment
from tests.programs import program

_TIMEOUT_S = 100
SERVICE_KEY = "test-proxy-key-7d2e8f40a1c95b36-of-the-script"
KEY_WITHOUT_SCOPE = "test-audit-key-4b8c0d6e92f17a35-of-a-reader"


@dataclass(frozen=True)
class Node:
    """Runs test files with `node --test`; `variables` is all that they learn of the servers."""

    program: str
    variables: Mapping[str, str]

    def run_tests(self, file: Path) -> None:
        run = subprocess.run(
            [self.program, "--test", "--test-reporter=tap", str(file)],
            env={"PATH": os.environ["PATH"], **self.variables},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        assert run.returncode == 0, f"{file.name} failed:\n{run.stdout}\n{run.stderr}"
        assert "# pass 0\n" not in run.stdout, f"{file.name} tested nothing:\n{run.stdout}"
        assert "# skipped 0\n" in run.stdout, f"{file.name} left something out:\n{run.stdout}"


@pytest.fixture(scope="session")
def node_program() -> str:
    return program("node")


@pytest.fixture
def own_redis() -> Iterator[RedisProcess]:
    with running_redis() as server:
        yield server


@pytest.fixture
def service(
    node_program: str, own_redis: RedisProcess, simulator: RunningSimulator, tmp_path: Path
) -> Iterator[Service]:
    clients = {
        "gas-proxy": {"sha256": key_digest(SERVICE_KEY), "scopes": ["otp"]},
        "reader": {"sha256": key_digest(KEY_WITHOUT_SCOPE), "scopes": ["audit"]},
    }
    variables = environment(own_redis.url, simulator.base_url, OTP_API_CLIENTS=json.dumps(clients))
    del variables["GAS_API_KEY"]
    with running_service(variables, tmp_path / "service.log") as running:
        yield running


@pytest.fixture
def node(node_program: str, service: Service, simulator: RunningSimulator) -> Node:
    return Node(
        node_program,
        {
            "OTP_SERVICE_ADDRESS": service.url,
            "OTP_SERVICE_KEY": SERVICE_KEY,
            "KEY_WITHOUT_SCOPE": KEY_WITHOUT_SCOPE,
            "SIMULATOR_ADDRESS": simulator.base_url,
            "UNUSED_ADDRESS": f"http://127.0.0.1:{free_port()}",
        },
    )
