"""A page of another site with `<shamrock-login>` on it, as the demo shows it and tests open it."""

import argparse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files


class EmbeddingSite(ThreadingHTTPServer):
    """Serves the one page at `http://localhost:port/`; port 0 takes a free one.

    `login_url` is the service's, without a slash at the end.
    """

    daemon_threads = True

    def __init__(self, port: int, login_url: str = "") -> None:
        super().__init__(("127.0.0.1", port), _Page)
        self.login_url = login_url

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_address[1]}"

    def page(self) -> bytes:
        text = (files("otp_service.demo") / "embedding_page.html").read_text(encoding="utf-8")
        return text.replace("LOGIN_URL", self.login_url).encode()


class _Page(BaseHTTPRequestHandler):
    server: EmbeddingSite

    def do_GET(self) -> None:
        body = self.server.page()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the demo's terminal is for its guide."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--login-url", required=True)
    chosen = parser.parse_args()
    EmbeddingSite(chosen.port, chosen.login_url).serve_forever()


if __name__ == "__main__":
    main()
