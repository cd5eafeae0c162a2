"""Response headers that hold for every answer (OWASP REST Security Cheat Sheet)."""

from flask import Flask, Response

_FRAMED_BY_NOBODY = "frame-ancestors 'none'"
_POLICY = "Content-Security-Policy"
# A page has named what it loads, a file how long it keeps; an answer does neither.
_UNLESS_GIVEN = (
    (_POLICY, f"default-src 'none'; {_FRAMED_BY_NOBODY}"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
)


def register_security_headers(app: Flask) -> None:
    @app.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        # Looked at once: each `setdefault` would go through all of them twice.
        given = {name.lower(): value for name, value in headers}
        for name, value in _UNLESS_GIVEN:
            if name.lower() not in given:
                headers.add(name, value)
        # The older word for it, which cannot name the one origin that may frame a page.
        if _FRAMED_BY_NOBODY in given.get(_POLICY.lower(), _FRAMED_BY_NOBODY):
            headers["X-Frame-Options"] = "DENY"
        return response
