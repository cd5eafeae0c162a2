"""Response headers that hold for every answer (OWASP REST Security Cheat Sheet)."""

from flask import Flask, Response

_HEADERS = (
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)
_NOTHING_TO_LOAD = "default-src 'none'; frame-ancestors 'none'"


def register_security_headers(app: Flask) -> None:
    @app.after_request
    def harden(response: Response) -> Response:
        # A page has named what it loads, a file how long it keeps; an answer does neither.
        response.headers.setdefault("Content-Security-Policy", _NOTHING_TO_LOAD)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.extend(_HEADERS)
        return response
