"""The JavaScript samples under Node, against the running service: the `*.test.mjs` files here."""

from pathlib import Path

import pytest

from otp_service.simulator import RunningSimulator
from tests.conftest import GAS_KEY
from tests.e2e.conftest import Service
from tests.gas.conftest import Node
from tests.programs import program

_HERE = Path(__file__).parent
_WITHOUT_SERVICE = _HERE / "service_away.test.mjs"
_FILES = sorted(set(_HERE.glob("*.test.mjs")) - {_WITHOUT_SERVICE})
_SESSION_S = "60"


@pytest.fixture(scope="module")
def service_settings() -> dict[str, str]:
    return {"SESSION_TTL": _SESSION_S}


@pytest.fixture(scope="module")
def node_program() -> str:
    return program("node")


@pytest.fixture
def node(node_program: str, service: Service, simulator: RunningSimulator) -> Node:
    variables = {
        "SERVICE_ADDRESS": service.url,
        "SERVICE_KEY": GAS_KEY,
        "SIMULATOR_ADDRESS": simulator.base_url,
        "SESSION_S": _SESSION_S,
    }
    return Node(node_program, variables)


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.name.split(".")[0])
def test_a_sample_does_what_its_guide_says(node: Node, file: Path):
    node.run_tests(file)


def test_a_stopped_service_lets_nobody_in(node: Node, service: Service):
    service.stop()
    try:
        node.run_tests(_WITHOUT_SERVICE)
    finally:
        service.start()
