"""A limiter on a real server, and a way to let its time pass without waiting."""

from collections.abc import Iterator

import pytest

from otp_service.demo.redis_process import RedisProcess
from tests.integration.limits.gate import Gate
from tests.integration.store.servers import client_of


@pytest.fixture
def gate(redis_server: RedisProcess) -> Iterator[Gate]:
    with client_of(redis_server.url) as client:
        client.flushall()
        yield Gate(client)
