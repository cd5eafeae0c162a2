"""A real HTTP server that takes webhooks as a service would, and remembers them."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

VERIFY_TOKEN = "receiver-verify-token"


@dataclass(frozen=True)
class Received:
    raw: bytes
    headers: dict[str, str]
    at_s: float

    @property
    def json(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.raw)
        return body

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [change for entry in self.json["entry"] for change in entry["changes"]]

    def listed(self, member: str) -> list[dict[str, Any]]:
        return [item for change in self.changes for item in change["value"].get(member, [])]


@dataclass
class Receiver:
    """`answers`: statuses of the next answers, 200 once they are used up.

    `gate`: closed, no answer leaves.
    """

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    condition: threading.Condition = field(default_factory=threading.Condition)
    gate: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.condition:
            assert self.condition.wait_for(condition, timeout=20), self.received

    def wait_for_bodies(self, number: int) -> list[Received]:
        self.wait_for(lambda: len(self.received) >= number)
        return self.received

    def listed(self, member: str) -> list[dict[str, Any]]:
        with self.condition:
            return [item for received in self.received for item in received.listed(member)]

    def wait_for_listed(self, member: str, number: int) -> list[dict[str, Any]]:
        self.wait_for(lambda: len(self.listed(member)) >= number)
        return self.listed(member)

    def wait_for_statuses(self, number: int) -> list[str]:
        return [status["status"] for status in self.wait_for_listed("statuses", number)]


@contextmanager
def running_receiver(port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.gate.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            with receiver.condition:
                receiver.connections += 1

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            with receiver.condition:
                receiver.received.append(Received(raw, dict(self.headers), time.monotonic()))
                status = receiver.answers.pop(0) if receiver.answers else 200
                receiver.condition.notify_all()
            receiver.gate.wait(20)
            self._answer(status, b"")

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            is_right = query["hub.verify_token"] == [VERIFY_TOKEN]
            self._answer(200 if is_right else 403, query["hub.challenge"][0].encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                query = f"hub.verify_token={VERIFY_TOKEN}&hub.challenge=1"
                self.send_header("Location", f"{receiver.url}?{query}")
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", port), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/whatsapp/webhooks"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.gate.set()
            server.shutdown()
            thread.join()
