"""Every `python -c` example of docs/whatsapp-library.md runs as it is written there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from otp_service.simulator import RunningSimulator, SimulatorSettings, running_simulator
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID

PAGE = Path(__file__).parents[3] / "docs" / "whatsapp-library.md"
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
EXAMPLES = [block for block in BLOCKS if block.startswith("python -c")]
ONE_LINERS = ("send_whatsapp_message", "send_whatsapp_audio", "send_whatsapp_otp")
METHODS = (
    "send_text",
    "send_image",
    "send_audio",
    "send_authentication_otp",
    "send_template",
    "mark_as_read",
)


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    """A simulator of our own, since an example may change the account."""
    settings = SimulatorSettings(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        business_account_id=BUSINESS_ACCOUNT_ID,
        app_secret=APP_SECRET,
        require_app_secret_proof=True,
    )
    with running_simulator(settings) as running:
        yield running


@pytest.mark.parametrize("name", [*ONE_LINERS, *METHODS])
def test_there_is_an_example_of(name):
    assert any(f"{name}(" in example for example in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[:300])
def test_an_example(simulator, example):
    environment = {
        # The interpreter that has the package, under the name that the page uses.
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "WHATSAPP_ACCESS_TOKEN": ACCESS_TOKEN,
        "WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "WHATSAPP_BUSINESS_ACCOUNT_ID": BUSINESS_ACCOUNT_ID,
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_API_BASE_URL": simulator.base_url,
        # Whoever wrote first can be sent a text, and has a message to mark as read.
        "INBOUND_WAMID": simulator.write_to_business("+12395550100"),
    }
    before = simulator.requests_received
    ran = subprocess.run(
        ["/bin/sh", "-c", example],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert simulator.requests_received > before or "error_codes" in example
