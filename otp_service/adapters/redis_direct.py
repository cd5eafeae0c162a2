"""A client of one server that takes the short way to it: one try, on a connection in use.

redis-py asks the kernel before each command whether a pooled connection was closed, and wraps the
command in retries and measurements that this service has switched off or makes itself. Under load
that is half of what a call costs here, and each question hands Python's lock to another thread.
"""

import time
from collections import deque
from typing import Any

from redis import ConnectionPool, ResponseError

from otp_service.adapters.redis_calls import ObservedRedis

# Less than a Redis takes to start again: whatever comes back is found by asking.
_BELIEVED_S = 0.02


class WarmPool(ConnectionPool):
    """Gives out a connection that came back a moment ago without asking about it."""

    def reset(self) -> None:
        """Begin anew; redis-py calls it for a new pool, and in a new process."""
        # First: once the rest is done, other threads of a new process come in and take from it.
        self._warm: deque[tuple[Any, float]] = deque()
        super().reset()

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

    def keep_warm(self, connection: Any) -> None:  # noqa: ANN401 - redis-py's own
        """In place of `release`, for one whose replies were all read to their end."""
        self._warm.append((connection, time.monotonic()))


class DirectRedis(ObservedRedis):
    def _execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - redis-py's own
        pool: Any = self.connection_pool
        connection = pool.get_connection()
        try:
            connection.send_command(*args)
            reply = self.parse_response(connection, args[0], **options)  # type: ignore[no-untyped-call]
        except ResponseError:
            pool.keep_warm(connection)
            raise
        except BaseException:
            # Its reply may still come, and must never be taken for somebody else's.
            connection.disconnect()
            pool.release(connection)
            raise
        pool.keep_warm(connection)
        return reply
