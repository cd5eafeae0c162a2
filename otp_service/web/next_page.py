"""Where a login may lead: only to what the settings list (CWE-601, open redirects)."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

# Printable ASCII, without the backslash that browsers read as a slash.
_PLAIN = re.compile(r"[!-\[\]-~]{1,1024}")
_DOT_SEGMENT = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)


class NextPages:
    """What the settings list.

    `allowed` are paths of this origin (`/account`, or `/app/` for all below it), exact URLs
    (`https://www.example.com/welcome`) and whole origins (`https://www.example.com`).
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = tuple(allowed)

    def checked(self, wanted: str) -> str:
        """`wanted` when a login may lead there, else nothing."""
        if not _PLAIN.fullmatch(wanted) or wanted.startswith("//"):
            return ""
        try:
            parts = urlsplit(wanted)
        except ValueError:
            return ""
        if any(_DOT_SEGMENT.fullmatch(segment) for segment in parts.path.split("/")):
            return ""
        return wanted if any(_covers(entry, wanted) for entry in self._allowed) else ""


def origin_of_page(page: str) -> str:
    """The other site that `page` is on, nothing for one of this origin."""
    parts = urlsplit(page)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _covers(entry: str, wanted: str) -> bool:
    bare = re.split(r"[?#]", wanted, maxsplit=1)[0]
    if entry.startswith("/"):
        return bare.startswith(entry) if entry.endswith("/") else bare == entry
    if urlsplit(entry).path in ("", "/"):
        # As a whole: `https://www.example.com.evil.example` begins with it as well.
        return origin_of_page(wanted) == entry.rstrip("/")
    return bare == entry
