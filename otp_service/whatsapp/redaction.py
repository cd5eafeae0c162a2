"""Masks what a log line must not hold in text that Meta wrote: numbers, passcodes, tokens."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "[redacted]"

# Six digits is a passcode, more is a phone number, however either is punctuated.
_DIGIT_RUN = re.compile(r"\+?\(?\d(?:[\s()+./\-\u2010-\u2015]*\d){5,}")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` on one line with every secret and every run of 6 or more digits masked.

    Separators inside a run and a leading "+" are part of the run. Longer secrets go first, so
    that one that contains another leaves no remainder behind.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return " ".join(_DIGIT_RUN.sub(MASK, text).split())


class QueryFilter(logging.Filter):
    """Cuts the query off every URL and path among a log record's arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, shortened."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(_without_query, record.args))
        return True


def _without_query(argument: object) -> object:
    path, mark, _ = str(argument).partition("?")
    return f"{path}?{MASK}" if mark else argument
