"""Response headers that hold for every answer (OWASP REST Security Cheat Sheet)."""

from flask import Flask, Response

_HEADERS = (
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
)
_FRAMED_BY_NOBODY = "frame-ancestors 'none'"
_NOTHING_TO_LOAD = f"default-src 'none'; {_FRAMED_BY_NOBODY}"


def register_security_headers(app: Flask) -> None:
    @app.after_request
    def harden(response: Response) -> Response:
        # A page has named what it loads, a file how long it keeps; an answer does neither.
        policy = response.headers.setdefault("Content-Security-Policy", _NOTHING_TO_LOAD)
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in _HEADERS:
            response.headers.setdefault(name, value)
        # The older word for it, which cannot name the one origin that may frame a page.
        if _FRAMED_BY_NOBODY in policy:
            response.headers["X-Frame-Options"] = "DENY"
        return response
