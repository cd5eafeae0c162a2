"""A scripted HTTP server on loopback: it records what it gets and reacts as it is told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+12395550100", "wa_id": "12395550100"}],
    "messages": [{"id": "wamid.HBgLMTIzOTU1NTAxMDAVAgAR", "message_status": "accepted"}],
}

Reaction = Callable[["_Handler"], None]


@dataclass
class ReceivedRequest:
    """`body`: the JSON object that was sent, or the fields of the form; empty without either."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass
class GraphServer:
    """`script` holds one reaction a request; the last one serves all that follow."""

    script: list[Reaction] = field(default_factory=lambda: [answer(200, ACCEPTED)])
    requests: list[ReceivedRequest] = field(default_factory=list)
    connections: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.graph = self
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64
    graph: GraphServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: clients that give up are part of these tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.graph.connections += 1

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        graph = self.server.graph
        path, _, query = self.path.partition("?")
        graph.requests.append(
            ReceivedRequest(
                method=self.command,
                path=path,
                query=dict(parse_qsl(query)),
                headers=dict(self.headers.items()),
                body=self._body(content),
            )
        )
        reaction = graph.script.pop(0) if len(graph.script) > 1 else graph.script[0]
        reaction(self)

    do_GET = do_DELETE = do_POST  # noqa: N815  # the names are http.server's

    def _body(self, content: bytes) -> dict[str, Any]:
        if self.headers.get("Content-Type") == "application/x-www-form-urlencoded":
            return dict(parse_qsl(content.decode()))
        return dict(json.loads(content or b"{}"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Reaction:
    """Answer with `body` as it is if bytes, else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def react(handler: _Handler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return react


def graph_error(code: int, status: int = 400, **members: object) -> Reaction:
    error = {"message": f"(#{code}) x", "type": "OAuthException", "code": code}
    return answer(status, {"error": {**error, "fbtrace_id": "AbC-123_x", **members}})


def hang(handler: _Handler) -> None:
    """Answer nothing until the server is closed."""
    handler.server.graph.released.wait()
    handler.close_connection = True


def drop(handler: _Handler) -> None:
    """Close the connection after the request, without an answer."""
    handler.close_connection = True


def truncate(handler: _Handler) -> None:
    """Promise more body than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"messages"')
    handler.close_connection = True


def accept_then_close_idle(handler: _Handler) -> None:
    """Answer without announcing that the connection is closed right afterwards."""
    answer(200, ACCEPTED)(handler)
    handler.close_connection = True


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
