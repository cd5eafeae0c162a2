"""A client of one server that takes the short way to it: one try, on a connection in use.

redis-py asks the kernel before each command whether a pooled connection was closed, and wraps the
command in retries and measurements that this service has switched off or makes itself. Under load
that is half of what a call costs here, and each question hands Python's lock to another thread.
"""

import socket
import struct
import time
from collections import deque
from typing import Any

import redis
from redis import ConnectionPool, ResponseError
from redis.connection import AbstractConnection, Connection, UnixDomainSocketConnection

from otp_service.adapters.redis_calls import ObservedRedis

# Less than a Redis takes to start again: whatever comes back is found by asking.
_BELIEVED_S = 0.02


class _TimedByKernel(AbstractConnection):
    """A connection whose `socket_timeout` the kernel keeps, for each call on the socket.

    Python keeps it by asking, before each call on a socket, whether the socket is ready: twice as
    many calls, and at each of them another thread takes Python's lock.
    """

    def _connect(self) -> socket.socket:
        sock: socket.socket = super()._connect()  # type: ignore[no-untyped-call, safe-super]
        if self.socket_timeout:
            timeout = struct.pack("ll", *divmod(round(self.socket_timeout * 1_000_000), 1_000_000))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeout)
            sock.settimeout(None)
        return sock

    def send_packed_command(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - redis-py's own
        try:
            super().send_packed_command(*args, **options)  # type: ignore[no-untyped-call]
        except redis.ConnectionError as error:
            _raise_timeout(error)
            raise

    def read_response(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - redis-py's own
        try:
            return super().read_response(*args, **options)
        except redis.ConnectionError as error:
            _raise_timeout(error)
            raise


class _TcpTimedByKernel(_TimedByKernel, Connection):
    pass


class _UnixTimedByKernel(_TimedByKernel, UnixDomainSocketConnection):
    pass


# TLS has a protocol of its own below it, whose reads end in the middle of one.
_TIMED_BY_KERNEL = {
    Connection: _TcpTimedByKernel,
    UnixDomainSocketConnection: _UnixTimedByKernel,
}


def _raise_timeout(error: redis.ConnectionError) -> None:
    """Raise TimeoutError for what redis-py took for a broken connection: the kernel gave up."""
    if isinstance(error.__context__, BlockingIOError):
        raise redis.TimeoutError("Timeout on the socket") from error


class WarmPool(ConnectionPool):
    """Gives out a connection that came back a moment ago without asking about it."""

    def __init__(self, connection_class: type = Connection, **options: Any) -> None:  # noqa: ANN401 - redis-py's own
        timed = _TIMED_BY_KERNEL.get(connection_class, connection_class)
        super().__init__(timed, **options)

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
