"""The audit's read side on what production has: one server, Sentinels, a Cluster."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.integration.audit.logins import Office
from tests.integration.store.servers import PRODUCTION, running_backend

if TYPE_CHECKING:
    import redis


@pytest.fixture(scope="session", params=PRODUCTION)
def backend(request: pytest.FixtureRequest) -> Iterator["redis.Redis"]:
    with running_backend(request.param) as client:
        yield client


@pytest.fixture
def office(backend: "redis.Redis") -> Office:
    backend.flushall()
    return Office(backend)
