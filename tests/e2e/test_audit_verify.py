"""The audit's evidence and a person's erasure, as an operator of a running service meets them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from otp_service.adapters.limits_storage import KEY_PREFIX
from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.e2e.command_line import Ended, Run, otp_service
from tests.e2e.conftest import Service, await_condition, running_service
from tests.environment import environment

PHONE, OTHER_PHONE = "+12395550188", "+12395550189"


@pytest.fixture
def variables(redis_server: RedisProcess, simulator: RunningSimulator) -> dict[str, str]:
    return environment(
        redis_server.url,
        simulator.base_url,
        AUDIT_ANCHOR_INTERVAL="0.2",
        LOG_LEVEL="ERROR",
        WEB_WORKERS="2",
    )


@pytest.fixture
def anchoring_service(
    variables: dict[str, str], redis_client: redis.Redis, tmp_path: Path
) -> Iterator[Service]:
    """Two workers that anchor every fifth of a second, after a code was sent to each number."""
    with running_service(variables, tmp_path / "service.log") as running:
        for phone in (PHONE, OTHER_PHONE):
            send(running, phone)
        yield running


@pytest.fixture
def run(variables: dict[str, str], tmp_path: Path) -> Run:
    def run(*arguments: str, given: str = "") -> Ended:
        return otp_service(variables, *arguments, folder=tmp_path, given=given)

    return run


def send(service: Service, phone: str) -> None:
    assert service.post("/v1/otp/send", phoneNumber=phone).ok


def report(run: Run, *arguments: str):
    return json.loads(run("audit", "verify", "--json", *arguments).stdout)


def anchored(run: Run) -> bool:
    shards = report(run)["shards"]
    return any(shard["anchors"] for shard in shards) and not any(s["unanchored"] for s in shards)


def streams(client: redis.Redis) -> list[str]:
    return [key for key in (ShardKeys(n).audit for n in range(SHARDS)) if client.exists(key)]


def test_an_intact_audit_is_said_to_be_so(anchoring_service: Service, run: Run):
    await_condition(lambda: anchored(run), "anchors")
    ended = run("audit", "verify", "--anchors", str(anchoring_service.log))
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("shard 00 ")
    assert len(lines) == SHARDS + 2
    assert lines[-2] == "intact: 6 events, 0 of them erased"
    assert lines[-1].startswith("compared with ")
    without = run("audit", "verify").stdout
    assert "without --anchors, a Redis put back to an earlier state" in without


def test_only_anchors_are_logged_at_the_highest_level(anchoring_service: Service, run: Run):
    await_condition(lambda: anchored(run), "anchors")
    lines = anchoring_service.log.read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["event"] for line in lines} == {"audit_anchor"}
    # Two workers, and no event twice.
    ends = [(json.loads(line)["shard"], json.loads(line)["last_id"]) for line in lines]
    assert len(ends) == len(set(ends))


def test_a_removed_event_is_named_and_the_service_notices_too(
    anchoring_service: Service, run: Run, redis_client: redis.Redis
):
    await_condition(lambda: anchored(run), "anchors")
    (stream, *_) = streams(redis_client)
    before, gone, after = [str(at) for at, _ in redis_client.xrange(stream, count=3)]  # type: ignore[union-attr]
    redis_client.xdel(stream, gone)
    ended = run("audit", "verify")
    assert ended.returncode == 1
    shard = stream[5:7]
    assert f"events are missing of shard {shard}, between {before} and {after}" in ended.stdout
    assert "NOT INTACT: 1 findings" in ended.stdout
    assert report(run)["intact"] is False
    newest = redis_client.xrevrange(stream, count=1)[0][0]  # type: ignore[index]
    redis_client.delete(f"{stream}:head")
    log = anchoring_service.log
    await_condition(lambda: "audit_tampered" in log.read_text(encoding="utf-8"), "an alarm")
    assert str(newest) in log.read_text(encoding="utf-8")


def test_the_log_may_come_from_a_pipe_and_forged_lines_are_named(
    anchoring_service: Service, run: Run
):
    await_condition(lambda: anchored(run), "anchors")
    log = anchoring_service.log.read_text(encoding="utf-8").splitlines()
    forged = json.dumps({**json.loads(log[0]), "count": "99"})
    text = "\n".join(["a line of something else", *log, forged])
    ended = run("audit", "verify", "--anchors", "-", given=text)
    assert ended.returncode == 1
    assert f"line {len(log) + 2} of the log is no anchor of this service" in ended.stdout


def test_a_person_is_shown_and_erased_after_a_question(
    anchoring_service: Service, run: Run, redis_client: redis.Redis
):
    await_condition(lambda: anchored(run), "anchors")
    shown = run("privacy", "show", "(239) 555-0188").stdout
    assert shown.startswith("+1******0188 is known as ")
    assert "audit events: 3" in shown
    assert "1 send_accepted" in shown.replace("  ", " ")
    known = json.loads(run("privacy", "show", PHONE, "--json").stdout)
    assert known["events"] == {"passcode_issued": 1, "send_accepted": 1, "send_requested": 1}

    refused = run("privacy", "erase", PHONE, given="n\n")
    assert refused.returncode == 1
    assert known["userId"] in refused.stdout
    assert run("privacy", "erase", PHONE, given="y\n").stdout.endswith(
        "+1******0188: 3 audit events erased, no state is left\n"
    )
    left = json.loads(run("privacy", "show", PHONE, "--json").stdout)
    assert (left["state"], left["events"]) == ([], {})
    assert run("privacy", "erase", OTHER_PHONE, "--yes").returncode == 0
    # The limits' own, which end by themselves.
    limits = [str(key) for key in redis_client.scan_iter() if known["userId"] in str(key)]
    assert all(key.startswith(KEY_PREFIX) and redis_client.ttl(key) > 0 for key in limits)
    await_condition(lambda: anchored(run), "anchors")
    ended = run("audit", "verify", "--anchors", str(anchoring_service.log))
    assert ended.returncode == 0, ended.stdout
    assert "intact: 8 events, 6 of them erased" in ended.stdout


def test_a_number_that_is_none_is_refused_in_one_sentence(run: Run):
    for command in ("show", "erase"):
        ended = run("privacy", command, "12")
        assert ended.returncode == 1
        assert ended.stderr == (
            "That does not look like a phone number. Check it and try again.\n"
        )
