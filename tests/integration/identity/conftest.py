"""A number whose identity is kept, on one real server."""

from collections.abc import Iterator

import pytest

from otp_service.demo.redis_process import RedisProcess
from tests.integration.store.number import Number
from tests.integration.store.servers import client_of


@pytest.fixture
def number(redis_server: RedisProcess) -> Iterator[Number]:
    with client_of(redis_server.url) as client:
        client.flushall()
        yield Number(client, keeps_identity=True)
