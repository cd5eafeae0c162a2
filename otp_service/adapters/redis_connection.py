"""One Redis client for the whole process: short timeouts, and never a second try."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# Redis answers in under a millisecond; a login screen should hear "not available" in a second.
CONNECT_TIMEOUT_S = 0.5
SOCKET_TIMEOUT_S = 0.8


def connect(url: str) -> redis.Redis:
    """A client of `redis://`, `rediss://` or `unix://`; does not connect yet.

    Without `Retry(NoBackoff(), 0)` redis-py repeats a script that timed out, and a repeated
    attempt script burns a person's tries.
    """
    client: redis.Redis = redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=SOCKET_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        client_name="otp-service",
    )
    return client
