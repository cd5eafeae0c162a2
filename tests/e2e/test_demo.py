"""`otp-service demo`: a login by the printed lines, and nothing left behind."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import await_condition, free_port, process_environment


class Demo:
    def __init__(self, output: Path, home: Path) -> None:
        self.output = output
        with output.open("wb") as stream:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "otp_service",
                    "demo",
                    f"--port={free_port()}",
                    f"--simulator-port={free_port()}",
                    f"--page-port={free_port()}",
                ],
                env=process_environment({"TMPDIR": str(home), "WEB_WORKERS": "1"}),
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        await_condition(lambda: "introspect" in self.text, "the demo's guide")

    @property
    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def lines_to_paste(self) -> list[str]:
        return re.findall(r"^(?:curl|CODE=).*$", self.text, re.MULTILINE)


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    # Short, for the unix socket inside it.
    running = Demo(tmp_path_factory.mktemp("d") / "out", tmp_path_factory.mktemp("t"))
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(40)


def processes_that_mention(text: str) -> list[int]:
    """Ids of living processes whose command line or environment has `text`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            known = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in known and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def redis_folder_of(demo: Demo) -> str:
    environ = Path(f"/proc/{demo.process.pid}/environ").read_bytes().decode()
    match = re.search(r"TMPDIR=([^\0]+)", environ)
    assert match
    return match[1]


def test_the_printed_lines_log_someone_in(demo: Demo):
    assert len(demo.lines_to_paste) == 3
    pasted = subprocess.run(
        ["bash", "-c", "\n".join(demo.lines_to_paste)], capture_output=True, check=True, timeout=60
    )
    sent, login, session = (json.loads(line) for line in pasted.stdout.decode().splitlines())
    assert sent["success"] is True
    assert login["valid"] is True
    assert session["active"] is True
    assert session["sub"] == login["userId"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_stop_ends_every_process(demo: Demo, number: signal.Signals):
    folder = redis_folder_of(demo)
    assert len(processes_that_mention(folder)) > 1
    demo.process.send_signal(number)
    assert demo.process.wait(40) == 0
    assert processes_that_mention(folder) == []
    assert list(Path(folder).iterdir()) == []


def test_a_killed_demo_takes_its_processes_along(demo: Demo):
    folder = redis_folder_of(demo)
    demo.process.kill()
    demo.process.wait(10)
    await_condition(lambda: processes_that_mention(folder) == [], "every process to end")


def test_a_taken_port_is_said_in_one_sentence(demo: Demo):
    port = re.search(r"http://127\.0\.0\.1:(\d+)", demo.text)
    assert port
    second = subprocess.run(
        [sys.executable, "-m", "otp_service", "demo", "--port", port[1]],
        env=process_environment({}),
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert second.returncode == 1
    assert second.stderr.decode().strip().endswith("is taken; name another one")
