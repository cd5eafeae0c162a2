"""What the store suite runs on: the fake, every real server, and a Cluster of one node."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from otp_service.demo.redis_process import running_redis
from tests.fake_redis import fake_redis
from tests.integration.store.waiting import until
from tests.redis_servers import real_servers

FAKE, CLUSTER = "fakeredis", "cluster-of-one"
NAMES = [FAKE, *real_servers(), CLUSTER]
_SLOTS = 16_384
_BUS_PORT_OFFSET = 10_000


def client_of(url: str) -> "redis.Redis":
    """As the service's own client, but patient: a busy machine is no failure here."""
    made: redis.Redis = redis.Redis.from_url(
        url, decode_responses=True, socket_timeout=20, retry=Retry(NoBackoff(), 0)
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
    with running_redis(real_servers()[name]) as server, client_of(server.url) as client:
        yield client


@contextmanager
def _running_cluster() -> Iterator["redis.Redis"]:
    """One node that serves every slot, through a client that knows nothing of slots.

    So a script whose keys are of two slots fails with CROSSSLOT instead of being sent around.
    """
    options = ["--save", "", "--bind", "127.0.0.1", "--port", str(_free_port())]
    options += ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"]
    with running_redis(None, options) as server, client_of(server.url) as client:
        client.execute_command("CLUSTER ADDSLOTS", *range(_SLOTS))
        until(lambda: _cluster_is_whole(client))
        yield client


def _cluster_is_whole(client: "redis.Redis") -> bool:
    info = client.execute_command("CLUSTER INFO")
    return str(info["cluster_state"]) == "ok"


def _free_port() -> int:
    """A port whose companion, the Cluster's bus, is free as well."""
    while True:
        with socket.socket() as bus, socket.socket() as own:
            bus.bind(("127.0.0.1", 0))
            port = int(bus.getsockname()[1]) - _BUS_PORT_OFFSET
            try:
                own.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
