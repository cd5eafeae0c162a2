"""As many requests as the service can answer: wrk, with requests from a file (http_load.lua)."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("http_load.lua")
_THREADS = 2
_FIGURES = re.compile(r"^figures((?: \d+){7})$", re.MULTILINE)


class LoadToolMissingError(Exception):
    """wrk is not on PATH; says how to install it."""


def wrk_path() -> str:
    """Raise LoadToolMissingError."""
    found = shutil.which("wrk")
    if found is None:
        raise LoadToolMissingError(
            "The bench needs wrk. Install it: apt-get install wrk (Debian, Ubuntu), "
            "brew install wrk (macOS)."
        )
    return found


@dataclass(frozen=True, slots=True)
class Load:
    """POSTs to `url` of the lines in `requests`, over and over.

    `expected`: text that each answer must have; then each line is sent only once.
    """

    url: str
    requests: Path
    headers: Sequence[str] = ()
    connections: int = 32
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back. `refused`: statuses from 400 up. `unexpected`: without the text."""

    count: int
    seconds: float
    refused: int
    broken: int
    unexpected: int
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


def loaded(load: Load, seconds: int) -> Answers:
    """Raise LoadToolMissingError, and CalledProcessError with what wrk said."""
    command = [wrk_path(), "-t", str(_THREADS), "-c", str(load.connections)]
    command += ["-d", f"{seconds}s", "--timeout", "20s", "-s", str(_SCRIPT)]
    for header in load.headers:
        command += ["-H", header]
    command += [load.url, "--", str(load.requests), str(_THREADS), load.expected]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return answers_in(said)


def answers_in(said: str) -> Answers:
    """Raise ValueError when wrk ended without its figures."""
    found = _FIGURES.search(said)
    if found is None:
        raise ValueError(f"wrk said no figures: {said[-200:]}")
    count, micros, refused, broken, unexpected, p50, p99 = map(int, found[1].split())
    return Answers(count, micros / 1e6, refused, broken, unexpected, p50 / 1000, p99 / 1000)
