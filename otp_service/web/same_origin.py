"""Where a form may come from: the browser's own word, before any token is looked at."""

from urllib.parse import urlsplit

from flask import request


def is_from_our_pages() -> bool:
    """False when the browser says that another site sent this (OWASP CSRF Cheat Sheet).

    A browser that sends neither header is not believed nor refused here: the token decides.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    # Hosts only: behind a proxy that ends TLS, our own scheme may not be the browser's.
    return origin is None or urlsplit(origin).netloc == request.host
