"""One deployed office for all fault tests; each begins with an empty Redis and everybody well."""

from collections.abc import Iterator

import pytest

from tests.deploy.instances import Instance
from tests.deploy.proxy import Proxy, running_proxy
from tests.deployed_redis import DeployedRedis, deployed_redis
from tests.environment import environment
from tests.faults.fragile_meta import FragileMeta
from tests.faults.office import Office, together
from tests.programs import program

# Of each instance; half of them may send at once.
THREADS = 16
PER_SECOND = 12
CLIENT_LIMIT, DAILY_LIMIT, IP_LIMIT = 20, 26, 4


@pytest.fixture(scope="session")
def redis_of_office() -> Iterator[DeployedRedis]:
    with deployed_redis() as server:
        yield server


@pytest.fixture(scope="session")
def fragile_meta() -> Iterator[FragileMeta]:
    meta = FragileMeta()
    meta.start()
    yield meta
    meta.stop()


@pytest.fixture(scope="session")
def variables(redis_of_office: DeployedRedis, fragile_meta: FragileMeta) -> dict[str, str]:
    return environment(
        redis_of_office.url,
        fragile_meta.base_url,
        TRUSTED_PROXIES="1",
        WEB_THREADS=str(THREADS),
        WHATSAPP_THROUGHPUT=str(PER_SECOND),
        WHATSAPP_CIRCUIT_FAILURES="3",
        WHATSAPP_CIRCUIT_WAIT="1",
        OTP_CLIENT_LIMIT=f"{CLIENT_LIMIT} per hour",
        OTP_DAILY_LIMIT=f"{DAILY_LIMIT} per day",
        OTP_IP_LIMIT=f"{IP_LIMIT} per hour",
    )


@pytest.fixture(scope="session")
def pair(
    variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Instance]]:
    folder = tmp_path_factory.mktemp("otp")
    both = [Instance(folder / f"{name}.sock", variables) for name in ("a", "b")]
    try:
        together([instance.start for instance in both])
        yield both
    finally:
        together([instance.stop for instance in both])


@pytest.fixture(scope="session")
def front(pair: list[Instance], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    with running_proxy(program("nginx"), folder, pair[0].socket.parent) as proxy:
        yield proxy


@pytest.fixture
def office(
    front: Proxy,
    pair: list[Instance],
    fragile_meta: FragileMeta,
    redis_of_office: DeployedRedis,
    variables: dict[str, str],
) -> Iterator[Office]:
    with redis_of_office.client("operator") as operator:
        operator.flushall()
        office = Office(front, pair, fragile_meta, operator, variables)
        office.open()
        yield office
