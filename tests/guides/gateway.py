"""What may stand between a backend and the service: it counts, holds answers up, and fails."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import requests

_PASSED_ON = ("Content-Type", "X-API-Key")


class Gateway:
    """Forwards every POST to `upstream`. `url` is its own address."""

    def __init__(self, upstream: str) -> None:
        self.asked = 0
        self.odd_answer: tuple[int, str] | None = None
        self._upstream = upstream
        self._answers_may_leave = threading.Event()
        self._answers_may_leave.set()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
                status, answer = gateway.forward(self.path, headers, body)
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", answer.decode())
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def forward(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.odd_answer:
            status, text = self.odd_answer
            self.asked += 1
            return status, text.encode()
        answer = requests.post(f"{self._upstream}{path}", data=body, headers=headers, timeout=20)
        # Counted once the service has answered: a held answer is one of that moment.
        self.asked += 1
        self._answers_may_leave.wait(20)
        return answer.status_code, answer.content

    def hold(self) -> None:
        """Keep the service's answers back, from now until `let_go`."""
        self._answers_may_leave.clear()

    def let_go(self) -> None:
        self._answers_may_leave.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
