"""The store suite's fixtures: the same tests on the fake, on real servers and on a Cluster."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.integration.store.number import Number
from tests.integration.store.servers import NAMES, running_backend

if TYPE_CHECKING:
    import redis


@pytest.fixture(scope="session", params=NAMES)
def backend(request: pytest.FixtureRequest) -> Iterator["redis.Redis"]:
    with running_backend(request.param) as client:
        yield client


@pytest.fixture
def number(backend: "redis.Redis") -> Number:
    backend.flushall()
    return Number(backend)
