"""gunicorn's threaded worker that gives up on slow requests and keeps quiet about broken ones."""

import functools
import math
import socket
import ssl
import time
from typing import Any

import structlog
from gunicorn.http.errors import InvalidResponseHeader, ParseException
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

_log = structlog.get_logger(__name__)
_BROKEN = b'{"success":false,"message":"The request could not be read.","code":"invalid_request"}'
_FAILED = (
    b'{"success":false,"message":"Something went wrong on our side.","code":"internal_error"}'
)


class DeadlineUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn has no types
    """Reads until a deadline, then as if the client had hung up.

    Without one, as many idle sockets as there are threads stop a worker for good.
    """

    deadline = math.inf

    def renew(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds

    def chunk(self, size_hint: int | None = None) -> bytes:
        self.sock.settimeout(max(0.001, self.deadline - time.monotonic()))
        try:
            data: bytes = super().chunk(size_hint)
        except TimeoutError:
            # gunicorn lingers on a socket that it closes, for whatever may still come.
            self.sock.shutdown(socket.SHUT_RD)
            return b""
        finally:
            self.sock.settimeout(None)
        return data


class Worker(ThreadWorker):  # type: ignore[misc]
    """`read_timeout_s` is for a whole request, head and body."""

    read_timeout_s: float = 20.0

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - gunicorn's own
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            self._close_door()

    def _close_door(self) -> None:
        """Answer whoever is at the door already, and have everybody else refused at once.

        gunicorn's own leaves it open while it answers its last requests: who comes then is let in
        by the kernel, waits for as long as those take, and is cut off. Refused, a proxy asks the
        next instance.
        """
        for listener in self.sockets:
            known = -1
            while known != self.nr_conns:
                known = self.nr_conns
                self.accept(listener)
            listener.close()
        # It may be told once more, and then there is no door.
        self.sockets: list[Any] = []

    def handle(self, conn: TConn) -> Any:  # noqa: ANN401 - gunicorn's own
        if conn.parser is None:
            conn.init = functools.partial(_init_with_deadline, conn, self.read_timeout_s)
        else:
            conn.parser.unreader.renew(self.read_timeout_s)
        return super().handle(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ANN401, ARG002
        # gunicorn's own quotes the request in its log and in its answer: key, number and passcode.
        broken = isinstance(exc, (ParseException, ssl.SSLError)) and not isinstance(
            exc, InvalidResponseHeader
        )
        _log.warning("broken_request" if broken else "failed_request", error=type(exc).__name__)
        status, body = ("400 Bad Request", _BROKEN) if broken else ("500 Server Error", _FAILED)
        head = (
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            _log.debug("client_gone")


def _init_with_deadline(conn: TConn, seconds: float) -> None:
    TConn.init(conn)
    unreader = conn.parser.unreader
    if not isinstance(unreader, DeadlineUnreader):
        conn.parser.unreader = unreader = DeadlineUnreader(conn.sock)
    unreader.renew(seconds)
