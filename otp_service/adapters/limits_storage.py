"""The Redis storage of `limits`, as the limiters need it.

`limits` can take a place but not give it back, and takes its time from this machine's clock; this
storage adds the first and takes the time from Redis, which all instances share.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import TypeAlias

import redis
from limits import RateLimitItem, parse_many
from limits.storage import RedisStorage

KEY_PREFIX = "otp-limits"
_LUA = files("otp_service.adapters") / "lua"

Limits: TypeAlias = Sequence[RateLimitItem]


def parse_limits(text: str) -> Limits:
    """Shortest window first. Raise ValueError."""
    return sorted(parse_many(text), key=lambda item: item.get_expiry())


def exact_key(item: RateLimitItem, scope: str, holder: str) -> str:
    """Of a moving window. The strategy is in the key: another one would find a wrong type."""
    return item.key_for("moving", scope, holder)


class LimitsStorage(RedisStorage):
    """`limits`' Redis storage with Redis' own time and with a way back."""

    _GIVE_BACK_EXACT = (_LUA / "give_back_exact.lua").read_text("utf-8")
    _GIVE_BACK_COUNTED = (_LUA / "give_back_counted.lua").read_text("utf-8")

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        super().__init__("redis://", connection_pool=client.connection_pool, key_prefix=KEY_PREFIX)

    def initialize_storage(self, _uri: str) -> None:
        # The client itself instead of one on its pool: a Cluster has a pool for each node.
        self.storage = self._client
        super().initialize_storage(_uri)

    def pipeline(self) -> redis.client.Pipeline:
        client: redis.Redis = self.storage
        return client.pipeline(transaction=False)

    def take_exact(self, key: str, limit: int, window_s: int, now_s: float) -> bool:
        taken = self.lua_acquire_moving_window(
            [self.prefixed_key(key)], [repr(now_s), limit, window_s, 1]
        )
        return bool(taken)

    def exact_place_free_at(self, keys: Sequence[str], limit: int, window_s: int) -> float:
        """Unix seconds when the oldest of the last `limit` places in all of these leaves."""
        if len(keys) == 1:
            # Of what may be a client's whole day, one place.
            oldest = self.storage.lindex(self.prefixed_key(keys[0]), limit - 1)
            return float(oldest) + window_s if oldest else 0.0
        places = self.exact_places(keys, limit)
        return places[limit - 1] + window_s if len(places) >= limit else 0.0

    def exact_places(self, keys: Sequence[str], most: int) -> list[float]:
        """Unix seconds of the places taken in all of these windows, newest first; one round trip.

        `most` of each window at most.
        """
        if not keys:
            return []
        pipeline = self.pipeline()
        for key in keys:
            pipeline.lrange(self.prefixed_key(key), 0, most - 1)
        return sorted((float(at) for window in pipeline.execute() for at in window), reverse=True)

    def give_back_exact(
        self, pipeline: redis.client.Pipeline, key: str, taken_at_s: float
    ) -> None:
        pipeline.eval(self._GIVE_BACK_EXACT, 1, self.prefixed_key(key), repr(taken_at_s))

    def give_back_counted(self, pipeline: redis.client.Pipeline, key: str) -> None:
        current = self.prefixed_key(self._current_window_key(key))
        previous = self.prefixed_key(self._previous_window_key(key))
        pipeline.eval(self._GIVE_BACK_COUNTED, 2, current, previous)


def limits_storage(client: redis.Redis) -> LimitsStorage:
    """On the connections of `client`."""
    return LimitsStorage(client)
