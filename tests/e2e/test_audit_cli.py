"""`otp-service audit` as an operator meets it."""

import csv
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from otp_service.demo.redis_process import RedisProcess
from otp_service.domain.audit_chain import EventId, chained
from tests.e2e.command_line import Ended, Run, otp_service
from tests.e2e.conftest import await_condition, process_environment
from tests.environment import environment


@pytest.fixture
def variables(redis_server: RedisProcess, redis_client: redis.Redis) -> dict[str, str]:
    return environment(redis_server.url, "http://127.0.0.1:9")


@pytest.fixture
def command(
    variables: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    started: list[subprocess.Popen[str]] = []

    def command(*arguments: str, **overrides: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "otp_service", *arguments],
            env=process_environment(variables | overrides),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield command
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def run(variables: dict[str, str], tmp_path: Path) -> Run:
    def run(*arguments: str, **overrides: str) -> Ended:
        return otp_service(variables | overrides, *arguments, folder=tmp_path)

    return run


@pytest.fixture
def two_roles(run):
    """Two events: the operator gave a role and took it."""
    assert run("roles", "set", "+12395550100", "staff").returncode == 0
    assert run("roles", "remove", "+12395550100").returncode == 0


def events_of(lines: str) -> list[str]:
    return [json.loads(line)["event"] for line in lines.splitlines()]


def test_tail_shows_the_newest_events_oldest_first(run, two_roles):
    shown = run("audit", "tail").stdout.splitlines()
    assert [line.split()[1:4] for line in shown] == [
        ["role_set", "success", "+1******0100"],
        ["role_removed", "success", "+1******0100"],
    ]
    assert all(" cli " in line for line in shown)
    assert events_of(run("audit", "tail", "--json").stdout) == ["role_set", "role_removed"]
    assert events_of(run("audit", "tail", "--json", "-n", "1").stdout) == ["role_removed"]


def test_tail_follows_what_happens_until_it_is_told_to_stop(run, command, two_roles):
    following = command("audit", "tail", "--follow", "--json", "-n", "1")
    read: list[str] = []

    def gather() -> None:
        read.extend(iter(following.stdout.readline, ""))

    reader = threading.Thread(target=gather)
    reader.start()
    await_condition(lambda: len(read) == 1, "the newest event")
    run("roles", "set", "+12395550111", "admin")
    await_condition(lambda: len(read) == 2, "the new event")
    following.send_signal(signal.SIGINT)
    assert following.wait(20) == 1
    reader.join(20)
    assert events_of("".join(read)) == ["role_removed", "role_set"]
    assert "Traceback" not in following.stderr.read()


def test_export_writes_every_event_to_the_terminal_or_a_new_file(run, two_roles, tmp_path: Path):
    assert events_of(run("audit", "export").stdout) == ["role_set", "role_removed"]
    ended = run("audit", "export", "--format", "csv", "--output", "audit.csv")
    assert (ended.returncode, ended.stdout) == (0, "")
    file = tmp_path / "audit.csv"
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    assert [row["event"] for row in rows] == ["role_set", "role_removed"]
    again = run("audit", "export", "--output", "audit.csv")
    assert again.returncode == 1
    assert again.stderr == "audit.csv cannot be made: File exists.\n"


def test_export_keeps_to_its_period_and_says_what_is_no_moment(run, two_roles):
    assert run("audit", "export", "--until", "2020-01-01").stdout == ""
    assert len(run("audit", "export", "--since", "2020-01-01").stdout.splitlines()) == 2
    ended = run("audit", "export", "--since", "yesterday")
    assert ended.returncode == 1
    assert ended.stderr.startswith("since must be ISO 8601")


def test_trim_drops_what_is_older_than_the_retention(run, two_roles, redis_client):
    (key,) = redis_client.scan_iter("*}:audit")
    ((_, fields),) = redis_client.xrange(key, count=1)
    redis_client.delete(key)
    old_ms = int(time.time() * 1000) - 2 * 86_400_000
    redis_client.xadd(key, fields, id=f"{old_ms}-0")
    texts = [text.encode() for pair in fields.items() for text in pair]
    link = chained(EventId(old_ms, 0), texts).link
    redis_client.hset(f"{key}:head", mapping={"id": f"{old_ms}-0", "link": link, "count": 1})
    run("roles", "set", "+12395550100", "admin", AUDIT_RETENTION_DAYS="3")
    assert redis_client.xlen(key) == 2
    ended = run("audit", "trim", AUDIT_RETENTION_DAYS="1")
    assert (ended.returncode, ended.stdout.startswith("1 events dropped, ")) == (0, True)
    assert json.loads(ended.stderr)["event"] == "audit_anchor"
    assert events_of(run("audit", "export").stdout) == ["role_set", "audit_trimmed"]
    verified = run("audit", "verify", AUDIT_RETENTION_DAYS="3")
    assert verified.returncode == 0, verified.stdout


def test_a_trim_of_a_broken_chain_says_that_it_is_not_signed(run, two_roles, redis_client):
    (key,) = redis_client.scan_iter("*}:audit")
    ((_, fields), (newest, others)) = redis_client.xrange(key)
    redis_client.delete(key)
    redis_client.xadd(key, fields, id=f"{int(time.time() * 1000) - 2 * 86_400_000}-0")
    redis_client.xadd(key, others | {"reason": "forged"}, id=newest)
    ended = run("audit", "trim", AUDIT_RETENTION_DAYS="1")
    assert (ended.returncode, ended.stdout[:2]) == (1, "1 ")
    assert ended.stderr.startswith("Not signed, since the chain does not hold: shards ")


def test_without_redis_the_audit_commands_say_so(run, tmp_path: Path):
    for arguments in (["tail"], ["export", "--output", "new.csv"], ["trim"]):
        ended = run("audit", *arguments, REDIS_URL=f"unix://{tmp_path}/nobody.sock")
        assert ended.returncode == 1
        assert "not available" in ended.stderr
    assert not (tmp_path / "new.csv").exists()
