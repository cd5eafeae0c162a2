"""The command of docs/clients.md makes a client, and the client logs in to the running service."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import GAS_KEY
from tests.e2e.conftest import Service
from tests.guides.blocks import SAMPLES, blocks_of
from tests.guides.conftest import Phone

# What the generator cannot take in, and no caller of a client needs: the JSON of `POST /` sent as
# text/plain, and the document itself.
LEFT_OUT = ["Unsupported content type text/plain", "Unsupported content_type application/yaml"]


@pytest.fixture(scope="module")
def generated(service: Service, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder the guide's command made, and what the command said."""
    folder = tmp_path_factory.mktemp("client")
    (block,) = blocks_of("clients.md", "sh")
    command = block.replace("https://login.example.com", service.url)
    made = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        # The generator, and the ruff that it tidies up with.
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return folder, made.stdout + made.stderr


@pytest.fixture(scope="module")
def sample(generated: tuple[Path, str]) -> Iterator[ModuleType]:
    folder, _ = generated
    paths = [str(folder / "otp-service-client"), str(SAMPLES)]
    sys.path[:0] = paths
    yield importlib.import_module("generated_client")
    for path in paths:
        sys.path.remove(path)
    for name in list(sys.modules):
        if name.split(".")[0] in {"generated_client", "otp_service_client"}:
            del sys.modules[name]


@pytest.fixture
def client(sample: ModuleType, service: Service) -> Iterator[Any]:
    with sample.client_of(service.url, GAS_KEY) as client:
        yield client


def test_the_generator_takes_in_the_whole_contract(generated: tuple[Path, str]):
    _, said = generated
    assert re.findall(r"Unsupported content.type [a-z/]+", said) == LEFT_OUT
    assert said.count("WARNING") == len(LEFT_OUT), said


def test_the_generated_client_logs_in_and_out(sample: ModuleType, client: Any, phone: Phone):
    token = sample.log_in(client, phone.number, phone.newest_code)
    assert sample.role_of(client, token) == "indemnitor"
    sample.log_out(client, token)
    assert sample.role_of(client, token) is None


def test_a_refusal_comes_as_its_sentence(sample: ModuleType, client: Any, phone: Phone):
    with pytest.raises(PermissionError, match="phone number"):
        sample.log_in(client, "12", phone.newest_code)
    with pytest.raises(PermissionError, match="code"):
        sample.log_in(client, phone.number, phone.wrong_code)


def test_the_code_of_another_send_does_not_work(sample: ModuleType, client: Any, phone: Phone):
    def code_of_a_later_send() -> str:
        phone.post("otp/send", phoneNumber=phone.number)
        return phone.newest_code()

    with pytest.raises(PermissionError):
        sample.log_in(client, phone.number, code_of_a_later_send)


def test_a_key_that_nobody_made_is_refused(sample: ModuleType, service: Service):
    with (
        sample.client_of(service.url, "a-key-that-nobody-made") as stranger,
        pytest.raises(PermissionError, match="API key"),
    ):
        sample.log_in(stranger, "+12395550140", str)
