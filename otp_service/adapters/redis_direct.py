"""A client of one server that takes the short way to it: one try, on a connection in use.

redis-py asks the kernel before each command whether a pooled connection was closed, and wraps the
command in retries and measurements that this service has switched off or makes itself. Under load
that is half of what a call costs here, and each question hands Python's lock to another thread.
"""

import time
from collections import deque
from typing import Any

from redis import ConnectionPool

from otp_service.adapters.redis_calls import ObservedRedis

# Less than a Redis takes to start again: whatever comes back is found by asking.
_BELIEVED_S = 0.02


class WarmPool(ConnectionPool):
    """Gives out a connection that came back a moment ago without asking about it."""

    def reset(self) -> None:
        """Begin anew; redis-py calls it for a new pool, and in a new process."""
        super().reset()
        self._warm: deque[tuple[Any, float]] = deque()

    def get_connection(self, *_: object, **__: object) -> Any:  # noqa: ANN401 - redis-py's own
        self._checkpid()
        try:
            # The last one back: under load it has hardly been away.
            connection, released_at = self._warm.pop()
        except IndexError:
            return super().get_connection()
        if time.monotonic() - released_at < _BELIEVED_S:
            return connection
        super().release(connection)
        return super().get_connection()

    def release(self, connection: Any) -> None:  # noqa: ANN401 - redis-py's own
        """One that broke has closed itself, and connects when it is used again."""
        self._warm.append((connection, time.monotonic()))


class DirectRedis(ObservedRedis):
    def _execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - redis-py's own
        pool = self.connection_pool
        connection = pool.get_connection()
        try:
            connection.send_command(*args)  # type: ignore[no-untyped-call]
            return self.parse_response(connection, args[0], **options)  # type: ignore[no-untyped-call]
        finally:
            pool.release(connection)
