"""One Redis client for the whole process: short timeouts, and never a second try."""

from typing import Any, cast

from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

from otp_service.adapters.redis_address import RedisAddress, Topology, read_redis_url
from otp_service.adapters.redis_calls import ObservedRedis
from otp_service.adapters.redis_cluster import ClusterClient
from otp_service.adapters.redis_direct import DirectRedis, WarmPool
from otp_service.adapters.redis_sentinel import sentinel_client

# Redis answers in under a millisecond; a login screen should hear "not available" in a second.
CONNECT_TIMEOUT_S = 0.5
SOCKET_TIMEOUT_S = 0.8


def connect(url: str, socket_timeout_s: float = SOCKET_TIMEOUT_S) -> ObservedRedis:
    """A client of whatever REDIS_URL names (see `read_redis_url`); does not connect yet.

    Without `Retry(NoBackoff(), 0)` redis-py repeats a script that timed out, and a repeated
    attempt script burns a person's tries. With notices of maintenance (of one vendor's servers) it
    takes an unread reply for one, and gives it to the next caller. Raise ValueError when the URL
    cannot be read.
    """
    address = read_redis_url(url)
    timing = {
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": socket_timeout_s,
        "retry": Retry(NoBackoff(), 0),
    }
    kept = {
        **timing,
        "decode_responses": True,
        "client_name": "otp-service",
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    if address.topology is Topology.SERVER:
        server: Any = DirectRedis.from_pool(WarmPool.from_url(url, **kept))
        return cast("ObservedRedis", server)
    return _client_of_many(address, timing, kept)


def _client_of_many(
    address: RedisAddress, timing: dict[str, object], kept: dict[str, object]
) -> ObservedRedis:
    options = {**address.options, **kept}
    if address.topology is Topology.CLUSTER:
        return ClusterClient(address.hosts, options)
    # redis-py's own default for Sentinels is to try each of them ten times.
    return sentinel_client(
        address.hosts, address.service, options, {**address.sentinel_options, **timing}
    )
