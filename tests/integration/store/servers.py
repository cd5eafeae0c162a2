"""What the store suite runs on: the fake, every real server, a Cluster, Sentinels, deploy/'s."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from otp_service.adapters.redis_connection import connect
from otp_service.demo.redis_process import running_redis
from tests.deployed_redis import deployed_redis
from tests.fake_redis import fake_redis
from tests.integration.store.waiting import until
from tests.redis_cluster import SLOTS, cluster_options, port_with_bus, running_cluster
from tests.redis_sentinels import running_sentinels
from tests.redis_servers import real_servers

FAKE, CLUSTER, DEPLOYED = "fakeredis", "cluster-of-one", "as-deployed"
CLUSTER_OF_SIX, SENTINELS = "cluster-of-six", "sentinel-trio"
NAMES = [FAKE, *real_servers(), CLUSTER_OF_SIX, SENTINELS, DEPLOYED]
# Production's three. What leans on the store suite's scripts runs on these only: versions differ
# in the scripts' commands, and those the store suite has tried.
PRODUCTION = [DEPLOYED, SENTINELS, CLUSTER_OF_SIX]
# What the tests look at and clear away themselves: users.acl gives the service none of it.
_TESTS_OWN = (
    "+flushall +script|flush +keys +monitor +client|kill +client|list +ttl +xlen +zcard"
    " +dump +restore"
)
_PATIENCE_S = 20.0


def client_of(url: str) -> "redis.Redis":
    """As the service's own client, but patient: a busy machine is no failure here."""
    made: redis.Redis = redis.Redis.from_url(
        url, decode_responses=True, socket_timeout=_PATIENCE_S, retry=Retry(NoBackoff(), 0)
    )
    return made


@contextmanager
def running_backend(name: str) -> Iterator["redis.Redis"]:
    """A client of a fresh backend, for as long as the block."""
    if name == FAKE:
        yield fake_redis()
        return
    if name == CLUSTER:
        with _running_cluster() as client:
            yield client
        return
    if name == CLUSTER_OF_SIX:
        with running_cluster() as cluster, connect(cluster.url, _PATIENCE_S) as client:
            yield client
        return
    if name == SENTINELS:
        with running_sentinels() as watched, connect(watched.url, _PATIENCE_S) as client:
            yield client
        return
    if name == DEPLOYED:
        with deployed_redis(more_rights=_TESTS_OWN) as deployed, client_of(deployed.url) as client:
            yield client
        return
    with running_redis(real_servers()[name]) as server, client_of(server.url) as client:
        yield client


@contextmanager
def _running_cluster() -> Iterator["redis.Redis"]:
    """One node that serves every slot, through a client that knows nothing of slots.

    So a script whose keys are of two slots fails with CROSSSLOT instead of being sent around.
    """
    options = cluster_options(port_with_bus())
    with running_redis(None, options) as server, client_of(server.url) as client:
        client.execute_command("CLUSTER ADDSLOTS", *range(SLOTS))
        until(lambda: _cluster_is_whole(client))
        yield client


def _cluster_is_whole(client: "redis.Redis") -> bool:
    info = client.execute_command("CLUSTER INFO")
    return str(info["cluster_state"]) == "ok"
