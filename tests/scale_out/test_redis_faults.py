"""Redis dies, is slow, full, read-only, out of disk: what the caller hears, and what is left."""

import mmap
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
import redis

from otp_service.demo.redis_process import RedisProcess, find_redis_server, running_redis
from otp_service.simulator import RunningSimulator
from tests.e2e.aftermath import events_of
from tests.e2e.conftest import Service, await_condition, running_service
from tests.environment import environment
from tests.redis_sentinels import free_port
from tests.scale_out.closed_door import (
    LOGIN,
    PHONE,
    ask,
    assert_closed_then_open,
    assert_nothing_lost_or_done_twice,
    assert_only_what_was_told,
    sent_code,
)
from tests.scale_out.load import NO_LIMITS, Logins

DURABLE = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
# Of the append-only file, in bytes; every step of the service takes more.
_SHORTEST_STEP = 48


@pytest.fixture(scope="module")
def own_redis() -> Iterator[RedisProcess]:
    with running_redis(options=DURABLE) as server:
        yield server


@pytest.fixture
def admin(own_redis: RedisProcess) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(own_redis.url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="module")
def variables(own_redis: RedisProcess, simulator: RunningSimulator) -> dict[str, str]:
    return environment(own_redis.url, simulator.base_url, **NO_LIMITS)


@pytest.fixture(scope="module")
def service(
    variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    with running_service(variables, tmp_path_factory.mktemp("service") / "service.log") as running:
        yield running


def enough(logins: Logins, wins: int) -> bool:
    return logins.wins.total() >= wins


def test_kill_9_of_redis_loses_nothing_that_was_answered(
    service: Service,
    own_redis: RedisProcess,
    admin: redis.Redis,
    simulator: RunningSimulator,
    variables: dict[str, str],
):
    logins = Logins(service, simulator)
    with logins.going_on():
        for wins in (5, 10):
            await_condition(partial(enough, logins, wins), "logins")
            os.kill(int(admin.info("server")["process_id"]), signal.SIGKILL)
            own_redis.stop()
            own_redis.start()
        await_condition(partial(enough, logins, 20), "logins")
    assert max(logins.wins.values()) == 1
    assert set(logins.refusals) <= {"store_unavailable", "expired_code", "send_in_progress"}
    # Of a code whose answer was lost in a crash this may be the first use; of no other.
    logins.try_again()
    assert max(logins.wins.values()) == 1
    for token in logins.tokens:
        told = service.post("/v1/sessions/introspect", token=token)
        assert told.json()["active"] is True
    assert_nothing_lost_or_done_twice(admin, variables)


def test_a_redis_that_takes_half_a_second_is_waited_for(
    service: Service,
    admin: redis.Redis,
    simulator: RunningSimulator,
    variables: dict[str, str],
):
    stop, messages = threading.Event(), len(simulator.inbox(PHONE))

    def hold() -> None:
        while not stop.wait(0.55):
            admin.client_pause(500)

    holding = threading.Thread(target=hold)
    admin.client_pause(500)
    holding.start()
    try:
        began = time.monotonic()
        code = sent_code(service, simulator)
        assert time.monotonic() - began > 0.4
        assert ask(service, "validate", otpCode=code)["valid"] is True
    finally:
        stop.set()
        holding.join()
    assert len(simulator.inbox(PHONE)) == messages + 1
    assert {event["event"] for event in events_of(admin)} == LOGIN
    assert_nothing_lost_or_done_twice(admin, variables)


def test_a_full_redis_closes_the_door(
    service: Service,
    admin: redis.Redis,
    simulator: RunningSimulator,
    variables: dict[str, str],
):
    def full() -> Iterator[None]:
        admin.config_set("maxmemory", 1)
        yield
        admin.config_set("maxmemory", 0)

    assert_closed_then_open(service, simulator, sent_code(service, simulator), full())
    assert_only_what_was_told(admin, variables)


def test_a_master_that_became_a_replica_closes_the_door(
    service: Service,
    admin: redis.Redis,
    simulator: RunningSimulator,
    variables: dict[str, str],
):
    def replica() -> Iterator[None]:
        admin.replicaof("127.0.0.1", free_port())
        yield
        admin.replicaof("NO", "ONE")

    assert_closed_then_open(service, simulator, sent_code(service, simulator), replica())
    assert_only_what_was_told(admin, variables)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("may not mount a small disk here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_closes_the_door_and_keeps_what_was_answered(
    simulator: RunningSimulator, tmp_path: Path
):
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder):
        server = RedisProcess(find_redis_server(), folder, DURABLE)
        server.start()
        try:
            variables = environment(server.url, simulator.base_url, **NO_LIMITS)
            with running_service(variables, tmp_path / "service.log") as service:
                code = sent_code(service, simulator)
                filler = folder / "filler"

                def full() -> Iterator[None]:
                    with redis.Redis.from_url(server.url) as client:
                        fill(filler)
                        use_up_last_page(folder, client)
                    yield
                    filler.unlink()
                    # With `appendfsync always` Redis ends itself rather than forget.
                    server.stop()
                    server.start()

                assert_closed_then_open(service, simulator, code, full())
                with redis.Redis.from_url(server.url, decode_responses=True) as client:
                    assert_only_what_was_told(client, variables)
        finally:
            server.stop()


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"." * 512)
        except OSError:
            return


def use_up_last_page(folder: Path, client: redis.Redis) -> None:
    """A file has its last page whole: some of a step, or all of it, would find room in there."""
    (log,) = folder.rglob("*.aof")
    # A job of the service may come first, and end Redis.
    with suppress(redis.ConnectionError):
        while -log.stat().st_size % mmap.PAGESIZE >= _SHORTEST_STEP:
            client.set("", "")
