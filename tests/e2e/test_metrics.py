"""`/metrics` of a real server: all workers on every worker's page, through a death and a stop."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import requests
from prometheus_client.parser import text_string_to_metric_families

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.e2e.conftest import Service, await_condition, running_service
from tests.environment import environment
from tests.http_api.collector import running_collector

WORKERS, ASKED = 2, 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the service makes temporary files."""
    made = tmp_path / "tmp"
    made.mkdir()
    return made


@pytest.fixture
def service(
    redis_server: RedisProcess,
    redis_client: redis.Redis,
    simulator: RunningSimulator,
    folder: Path,
) -> Iterator[Service]:
    variables = environment(redis_server.url, simulator.base_url, WEB_WORKERS=str(WORKERS))
    variables["TMPDIR"] = str(folder)
    with running_service(variables, folder.parent / "service.log") as running:
        yield running


def value(service: Service, name: str, **labels: str) -> float:
    headers = {"X-API-Key": CONSOLE_KEY, "Connection": "close"}
    answer = requests.get(f"{service.url}/metrics", headers=headers, timeout=10)
    assert answer.ok, answer.text
    return sum(
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def ask(service: Service, times: int) -> None:
    # A new connection each: the kernel gives them to both workers.
    headers = {"X-API-Key": GAS_KEY, "Connection": "close"}
    for _ in range(times):
        url = f"{service.url}/v1/sessions/introspect"
        requests.post(url, json={"token": "none"}, headers=headers, timeout=10)


def files(folder: Path) -> dict[str, set[int]]:
    """The processes that have a file of each kind."""
    found: dict[str, set[int]] = {}
    for path in folder.glob("otp-service-metrics-*/*.db"):
        kind, _, pid = path.stem.rpartition("_")
        found.setdefault(kind, set()).add(int(pid))
    return found


def test_every_worker_s_figures_are_on_every_page_and_outlive_the_worker(
    service: Service, folder: Path
):
    route = {"route": "/v1/sessions/introspect"}
    await_condition(lambda: len(files(folder)["counter"]) == WORKERS, "both workers")
    ask(service, ASKED)
    told = {value(service, "otp_http_requests_total", **route) for _ in range(6)}
    assert told == {ASKED}
    slots = value(service, "otp_send_slots")
    killed, left = sorted(files(folder)["counter"])
    assert slots == WORKERS * 24
    os.kill(killed, signal.SIGKILL)
    await_condition(
        lambda: (
            killed not in files(folder)["gauge_livesum"]
            and value(service, "otp_send_slots") == slots
        ),
        "another worker in its place",
    )
    # What it was able to do has gone with it, what it did has not.
    assert value(service, "otp_http_requests_total", **route) == ASKED
    assert left in files(folder)["counter"]


def test_a_stop_sends_what_is_left_of_the_traces(
    redis_server: RedisProcess, redis_client: redis.Redis, simulator: RunningSimulator, tmp_path
):
    with running_collector() as collector:
        variables = environment(
            redis_server.url, simulator.base_url, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url
        )
        with running_service(variables, tmp_path / "service.log") as running:
            ask(running, 1)
            assert running.stop(signal.SIGTERM) == 0
        collector.named("POST /v1/sessions/introspect")


def test_a_stop_leaves_no_files_and_a_start_begins_anew(service: Service, folder: Path):
    ask(service, 3)
    assert tempfile.gettempdir() != str(folder)
    assert service.stop(signal.SIGTERM) == 0
    assert list(folder.glob("otp-service-metrics-*")) == []
    service.start()
    route = {"route": "/v1/sessions/introspect"}
    assert value(service, "otp_http_requests_total", **route) == 0
