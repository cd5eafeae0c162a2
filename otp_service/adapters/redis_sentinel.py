"""A client that asks Sentinels where the master is, each time that it connects."""

import copy
from typing import Any

from redis.sentinel import Sentinel

from otp_service.adapters.redis_calls import ObservedRedis


class Sentinels(Sentinel):
    """redis-py's, for many threads."""

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Ask one Sentinel after the other, first the one that knew the last time."""
        # redis-py reorders the list that all threads share in place: two at once can drop one of
        # the Sentinels from it for good.
        own = copy.copy(self)
        own.sentinels = list(self.sentinels)
        address: tuple[str, int] = Sentinel.discover_master(own, service_name)  # type: ignore[no-untyped-call]
        self.sentinels = own.sentinels
        return address


def sentinel_client(
    hosts: tuple[tuple[str, int], ...],
    service: str,
    options: dict[str, Any],
    sentinel_options: dict[str, Any],
) -> ObservedRedis:
    """A client of the master. A connection that hears READONLY is dropped, and asks again."""
    sentinels = Sentinels(hosts, sentinel_kwargs=sentinel_options)  # type: ignore[no-untyped-call]
    client: ObservedRedis = sentinels.master_for(  # type: ignore[no-untyped-call]
        service, redis_class=ObservedRedis, **options
    )
    return client
