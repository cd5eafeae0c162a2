"""An HTTP/1.1 server that keeps connections open, and can drop one without a byte.

Werkzeug's own handler closes every connection after one answer; Meta keeps them open.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from socket import SHUT_RDWR, socket
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_BODY_BYTES = 1024 * 1024


class DroppedConnection(Response):
    """Sent as an answer, closes the connection instead."""

    def __call__(self, *_: object) -> Iterable[bytes]:
        raise ConnectionAbortedError("dropped on purpose")


class KeepAliveRequestHandler(WSGIRequestHandler):
    """Reads each body whole, so that the next request starts where it should."""

    server: "SimulatorServer"
    protocol_version = "HTTP/1.1"
    # One write an answer, sent at once: split writes meet delayed acknowledgements (40 ms).
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.closed(self.connection)

    def run_wsgi(self) -> None:
        with self.server.answering():
            try:
                self._run_app()
            except ConnectionError:
                self.close_connection = True
            except Exception:
                self.close_connection = True
                raise

    def _run_app(self) -> None:
        if self.headers.get("Transfer-Encoding"):
            return self._refuse(411, "Length Required")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdecimal()):
            return self._refuse(400, "Bad Request")
        if int(length) > MAX_BODY_BYTES:
            return self._refuse(413, "Content Too Large")
        environ = self.make_environ()
        environ["wsgi.input"] = BytesIO(self.rfile.read(int(length)))
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        return self._send(status, list(headers), b"".join(chunks))

    def handle_expect_100(self) -> bool:
        expected = super().handle_expect_100()
        self.wfile.flush()  # the caller waits for it before it sends the body
        return expected

    def _refuse(self, status: int, reason: str) -> None:
        """The body stays unread, so nothing more can be read from this connection."""
        self.close_connection = True
        return self._send(f"{status} {reason}", [], b"")

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers) and code != "204":
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            # Unsaid, the caller's pool would keep a connection that is about to end.
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Silent: 200 lines a second help nobody."""


class SimulatorServer(ThreadedWSGIServer):
    """A thread a connection; knows its open connections and how many answers are under way."""

    # A pool of 100 connections opens all at once.
    request_queue_size = 1024

    def __init__(self, host: str, port: int, app: "WSGIApplication") -> None:
        self._connections: set[socket] = set()
        self._answering = 0
        self._condition = threading.Condition()
        super().__init__(host, port, app, KeepAliveRequestHandler)

    def opened(self, connection: socket) -> None:
        with self._condition:
            self._connections.add(connection)

    def closed(self, connection: socket) -> None:
        with self._condition:
            self._connections.discard(connection)

    @contextmanager
    def answering(self) -> Iterator[None]:
        with self._condition:
            self._answering += 1
        try:
            yield
        finally:
            with self._condition:
                self._answering -= 1
                self._condition.notify_all()

    def stop(self, grace_s: float) -> None:
        """Takes no more connections, waits up to `grace_s` for answers, then cuts the rest.

        Call from another thread than the one in `serve_forever`.
        """
        self.shutdown()
        with self._condition:
            self._condition.wait_for(lambda: self._answering == 0, timeout=grace_s)
            for connection in self._connections:
                _cut(connection)


def _cut(connection: socket) -> None:
    try:
        connection.shutdown(SHUT_RDWR)
    except OSError:
        return  # the other side was faster
