"""Redis as deployed, two instances on it, and nginx in front of them."""

from collections.abc import Iterator

import pytest

from otp_service.simulator import RunningSimulator
from tests.deploy.instances import Instance
from tests.deploy.proxy import Proxy, running_proxy
from tests.deployed_redis import DeployedRedis, deployed_redis
from tests.environment import environment
from tests.programs import program

# Half of them may send at once: each of a dozen callers who ask together has to find a place.
THREADS = 24


@pytest.fixture(scope="session")
def redis_as_deployed() -> Iterator[DeployedRedis]:
    with deployed_redis() as server:
        yield server


@pytest.fixture
def empty_redis(redis_as_deployed: DeployedRedis) -> DeployedRedis:
    with redis_as_deployed.client("operator") as client:
        client.flushall()
        client.acl_log_reset()
    return redis_as_deployed


@pytest.fixture(scope="session")
def instances(
    redis_as_deployed: DeployedRedis,
    simulator: RunningSimulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[Instance]]:
    """Two, as deploy/systemd starts them."""
    folder = tmp_path_factory.mktemp("otp")
    variables = environment(
        redis_as_deployed.url,
        simulator.base_url,
        TRUSTED_PROXIES="1",
        WEB_THREADS=str(THREADS),
        OTP_IP_LIMIT="3 per hour",
        # On a slow machine an upgrade takes long enough for more logins than the usual limits.
        OTP_CLIENT_LIMIT="100000 per hour",
        OTP_DAILY_LIMIT="100000 per day",
    )
    started = [Instance(folder / f"{name}.sock", variables) for name in ("a", "b")]
    try:
        for instance in started:
            instance.start()
        yield started
    finally:
        for instance in started:
            instance.stop()


@pytest.fixture(scope="session")
def nginx(instances: list[Instance], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    with running_proxy(program("nginx"), folder, instances[0].socket.parent) as proxy:
        yield proxy


@pytest.fixture
def proxy(nginx: Proxy, instances: list[Instance], empty_redis: DeployedRedis) -> Proxy:
    for instance in instances:
        instance.start()
    return nginx
