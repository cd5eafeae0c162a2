"""Response headers that hold for every answer (OWASP REST Security Cheat Sheet)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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


class SecurityHeaders:
    """WSGI middleware (PEP 3333) around the whole application.

    Not a hook of Flask's: to add a header there costs as much as to answer with all of these here.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401
            return start_response(status, [*headers, *_missing_from(headers)], *more)

        return self._app(environ, start)


def _missing_from(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    given = {name.lower(): value for name, value in headers}
    missing = [(name, value) for name, value in _UNLESS_GIVEN if name.lower() not in given]
    # The older word for it, which cannot name the one origin that may frame a page.
    if _FRAMED_BY_NOBODY in given.get(_POLICY.lower(), _FRAMED_BY_NOBODY):
        missing.append(("X-Frame-Options", "DENY"))
    return missing
