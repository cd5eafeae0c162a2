"""The suite runs on what production has: one server, Sentinels, a Cluster."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.integration.store.servers import PRODUCTION, running_backend
from tests.integration.tampering.audited import Audited, a_number

if TYPE_CHECKING:
    import redis


@pytest.fixture(scope="session", params=PRODUCTION)
def backend(request: pytest.FixtureRequest) -> Iterator["redis.Redis"]:
    with running_backend(request.param) as client:
        yield client


@pytest.fixture
def audited(backend: "redis.Redis") -> Audited:
    """Three segments of logins, an anchor after each, and a login that none covers yet."""
    backend.flushall()
    made = Audited(backend)
    for index in range(4):
        a_number(backend, index).log_in(f"session {index}")
        if index < 3:
            made.anchor()
    return made
