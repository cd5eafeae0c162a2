"""The commands of docs/operations.md: they bring Redis back, with what it held when copied."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY
from tests.deploy.one_box import OneBox, one_box
from tests.e2e.command_line import otp_service
from tests.e2e.conftest import Service, await_condition
from tests.environment import environment
from tests.guides.blocks import blocks_of
from tests.programs import program

OFFICE, FAMILY, GUESSED = "+12395550251", "+12395550252", "+12395550253"


def block_with(words: str) -> str:
    (block,) = [block for block in blocks_of("operations.md", "sh") if words in block]
    return block


PASSWORD = block_with("export REDISCLI_AUTH=")
BACK_UP = block_with("--rdb ")
STOP = block_with("systemctl stop ")
RESTORE = block_with("--appendonly no")
# The rest of the runbooks' looks into Redis; the one left out goes on until it is stopped.
LOOKS = [
    line
    for block in blocks_of("operations.md", "sh")
    for line in block.splitlines()
    if line.startswith("redis ") and block != RESTORE and "--latency-history" not in line
]


@pytest.fixture
def box() -> Iterator[OneBox]:
    program("redis-cli")
    program("redis-server")
    with one_box() as running:
        yield running


class Office:
    """Who logs in at the service, and the operator's commands with its settings."""

    def __init__(self, box: OneBox, simulator: RunningSimulator, log: Path) -> None:
        self._variables = environment(
            box.redis.url, simulator.base_url, AUDIT_ANCHOR_INTERVAL="0.2", LOG_LEVEL="ERROR"
        )
        self._box, self._simulator = box, simulator
        self.service = Service(self._variables, log)

    def post(self, path: str, **members: str) -> dict[str, Any]:
        return self._called("POST", path, members)

    def _called(self, method: str, path: str, members: dict[str, str]) -> dict[str, Any]:
        url, headers = f"{self.service.url}/v1/{path}", {"X-API-Key": CONSOLE_KEY}
        answer = requests.request(method, url, json=members, headers=headers, timeout=20)
        told: dict[str, Any] = answer.json()
        return told

    def give_role(self, phone: str, role: str) -> None:
        assert self._called("PUT", f"roles/{phone}", {"role": role})["role"] == role

    def role(self, phone: str) -> str:
        return str(self._called("GET", f"roles/{phone}", {})["role"])

    def code(self, phone: str) -> str:
        assert self.post("otp/send", phoneNumber=phone)["success"]
        return self._simulator.inbox(phone)[-1].code

    def validate(self, phone: str, code: str) -> dict[str, Any]:
        return self.post("otp/validate", phoneNumber=phone, otpCode=code)

    def is_live(self, token: str) -> bool:
        return bool(self.post("sessions/introspect", token=token)["active"])

    def lock(self, phone: str) -> None:
        for _ in range(2):
            code = self.code(phone)
            for step in range(1, 6):
                self.validate(phone, f"{(int(code) + step) % 10**6:06d}")

    def is_intact(self, anchors: Path) -> bool:
        verified = otp_service(self._variables, "audit", "verify", "--anchors", str(anchors))
        assert verified.returncode in {0, 1}, verified.stderr
        return "\nintact: " in verified.stdout

    def await_anchors(self) -> None:
        await_condition(self._is_anchored, "an anchor over every event")

    def _is_anchored(self) -> bool:
        with self._box.redis.client("operator") as client:
            newest = {key: client.xrevrange(key, count=1) for key in client.keys("*:audit")}
            # An anchor has the id of the last event that it covers.
            return all(
                [at for at, _ in client.xrevrange(f"{key}:anchors", count=1)]
                == [at for at, _ in events]
                for key, events in newest.items()
            )


@pytest.fixture
def office(box: OneBox, simulator: RunningSimulator, tmp_path: Path) -> Iterator[Office]:
    running = Office(box, simulator, tmp_path / "service.log")
    running.service.start()
    yield running
    running.service.stop()


def test_a_backup_that_was_brought_back_holds_all_that_it_held(
    box: OneBox, office: Office, tmp_path: Path
):
    office.give_role(OFFICE, "staff")
    used = office.code(OFFICE)
    kept = str(office.validate(OFFICE, used)["sessionToken"])
    office.lock(GUESSED)
    waiting = office.code(FAMILY)
    office.await_anchors()
    logged = tmp_path / "until-the-backup.log"
    logged.write_bytes(office.service.log.read_bytes())

    box.run(PASSWORD + BACK_UP)
    lost = str(office.validate(FAMILY, waiting)["sessionToken"])
    office.give_role(FAMILY, "defendant")
    assert office.is_live(kept)
    office.await_anchors()

    assert {"otp-service@a", "otp-service@b", "redis-server"} < set(STOP.split())
    office.service.stop()
    box.stop()
    box.run(PASSWORD + RESTORE)
    box.start()
    office.service.start()

    # What was there when it was copied:
    assert office.is_live(kept)
    assert office.role(OFFICE) == "staff"
    assert office.validate(OFFICE, used)["code"] == "expired_code"
    assert office.post("otp/send", phoneNumber=GUESSED)["code"] == "locked"
    assert office.is_intact(logged)
    # What came after it is lost, and the logged anchors say so:
    assert office.role(FAMILY) == "indemnitor"
    assert not office.is_intact(office.service.log)
    assert not office.is_live(lost)
    # This is why the guide waits until the copy is ten minutes old.
    assert office.validate(FAMILY, waiting)["valid"] is True


def test_every_look_into_redis_that_a_runbook_tells_is_one_that_redis_knows(box: OneBox):
    assert len(LOOKS) > 10
    # redis-cli ends well whatever Redis says, unless it is told otherwise by -e.
    box.run(PASSWORD.replace("redis-cli -s", "redis-cli -e -s") + "\n".join(LOOKS))
