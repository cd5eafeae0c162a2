"""The export of a running service: streamed, and recognisably not whole when it breaks off."""

import json
from pathlib import Path

import pytest
import redis
import requests

from otp_service.adapters.redis_keys import ShardKeys
from otp_service.demo.redis_process import running_redis
from tests.conftest import CONSOLE_KEY
from tests.e2e.conftest import Service, running_service
from tests.environment import environment

HEADERS = {"X-API-Key": CONSOLE_KEY}
EVENTS = 60_000


def test_every_event_is_streamed(service: Service, redis_client: redis.Redis):
    address = f"{service.url}/v1/roles/+12395550100"
    for role in ("staff", "admin") * 150:
        requests.put(address, json={"role": role}, headers=HEADERS, timeout=10)
    export = f"{service.url}/v1/audit/export"
    with requests.get(export, headers=HEADERS, stream=True, timeout=10) as answer:
        assert answer.status_code == 200
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert "Content-Length" not in answer.headers
        events = [json.loads(line)["event"] for line in answer.iter_lines()]
    assert events == ["role_set"] * 300


def test_an_export_whose_store_goes_away_is_not_taken_for_a_whole_one(tmp_path: Path):
    with running_redis() as server, redis.Redis.from_url(server.url, decode_responses=True) as own:
        variables = environment(server.url, "http://127.0.0.1:9")
        with running_service(variables, tmp_path / "service.log") as service:
            requests.put(
                f"{service.url}/v1/roles/+12395550100",
                json={"role": "staff"},
                headers=HEADERS,
                timeout=10,
            )
            (key,) = own.scan_iter("*}:audit")
            ((_, fields),) = own.xrange(key)
            pipeline = own.pipeline(transaction=False)
            for _ in range(EVENTS):
                pipeline.xadd(ShardKeys(3).audit, fields)
            pipeline.execute()
            export = f"{service.url}/v1/audit/export"
            with requests.get(export, headers=HEADERS, stream=True, timeout=30) as answer:
                lines = answer.iter_lines()
                assert json.loads(next(lines))["event"] == "role_set"
                server.stop()
                with pytest.raises(requests.exceptions.ChunkedEncodingError):
                    list(lines)
            away = requests.get(export, headers=HEADERS, timeout=30)
            assert (away.status_code, away.json()["code"]) == (503, "store_unavailable")
        log = (tmp_path / "service.log").read_text()
        assert "2395550100" not in log
