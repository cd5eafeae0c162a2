"""A webhook receiver on loopback that answers Meta's handshake, as our own service does."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

VERIFY_TOKEN = "shared-with-meta"


@contextmanager
def callback_server(verify_token: str = VERIFY_TOKEN) -> Iterator[str]:
    """The receiver's URL. It answers the challenge to whoever knows `verify_token`."""
    server = _Receiver(("127.0.0.1", 0), _Handler)
    server.verify_token = verify_token
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/whatsapp/webhooks"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Receiver(ThreadingHTTPServer):
    verify_token: str


class _Handler(BaseHTTPRequestHandler):
    server: _Receiver

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        known = query.get("hub.verify_token") == [self.server.verify_token]
        subscribes = query.get("hub.mode") == ["subscribe"]
        content = query["hub.challenge"][0].encode() if known and subscribes else b"no"
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass
