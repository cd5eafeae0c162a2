from collections.abc import Iterator

import pytest
import redis

from otp_service.demo.redis_process import RedisProcess
from tests.integration.health.clinic import Clinic, well_clinic


@pytest.fixture
def store(redis_server: RedisProcess) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def clinic(store: redis.Redis, redis_server: RedisProcess) -> Iterator[Clinic]:
    with well_clinic(redis_server.url) as well:
        yield well
