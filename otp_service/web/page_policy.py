"""What a page may load and who may frame it, and what browsers report about it."""

import json
from urllib.parse import urlsplit

import structlog
from flask import Response, request

_log = structlog.get_logger(__name__)
REPORT_PATH = "/login/csp-report"
_NOBODY = "'none'"
_MAX_WORD_CHARS = 200


def protect_page(response: Response, *, framed_by: str = "", leads_to: str = "") -> Response:
    """Let the page load its own files only.

    `framed_by` is the one origin that may embed it, `leads_to` another site to which a form of it
    may lead: browsers hold `form-action` against redirects too.
    """
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {leads_to}".rstrip(),
            "base-uri 'none'",
            f"frame-ancestors {framed_by or _NOBODY}",
            # Deprecated beside `report-to`, which browsers ignore on http and batch for a minute.
            f"report-uri {REPORT_PATH}",
        )
    )
    # With `no-referrer` browsers would send `Origin: null` from our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    return response


def log_report() -> None:
    """Log what a browser blocked: which directive and whose resource, never a whole URL.

    The body is CSP level 2's: `{"csp-report": {…}}` as `application/csp-report`.
    """
    try:
        report = json.loads(request.get_data())["csp-report"]
        directive = str(report["effective-directive"])
        blocked = str(report["blocked-uri"])
        page = str(report["document-uri"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    _log.warning(
        "csp_violation",
        directive=directive[:_MAX_WORD_CHARS],
        blocked=_site(blocked)[:_MAX_WORD_CHARS],
        page=_path(page)[:_MAX_WORD_CHARS],
    )


def _site(url: str) -> str:
    """`inline` and `eval` as they are; of a URL only whose it is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}" if parts.netloc else parts.path


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
