"""Log lines: structlog as JSON on stdout, with anything that looks like a phone number masked."""

import json
import logging
import os
import re
from collections.abc import Callable

import structlog
from structlog.typing import EventDict

# Defence in depth: nothing is meant to log a full number, and an exception's text might.
_E164 = re.compile(r"\+\d{5,13}(\d{2})(?!\d)")

# Made once: `json.dumps` makes one for each line that has a `default`.
_JSON = json.JSONEncoder(default=repr)

_STDOUT = 1


class _Lines:
    """A line is one call of `write`, which the kernel does not mix with others.

    structlog's own loggers hold a lock meanwhile. Whoever writes lets go of Python's lock, so that
    under load the next one soon waits for the line's lock, and all wait for each other.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def msg(self, line: str) -> None:
        self._write(f"{line}\n")

    debug = info = warning = error = critical = msg


def _to_stdout(line: str) -> None:
    os.write(_STDOUT, line.encode())


def configure_logs(level: str, write: Callable[[str], object] = _to_stdout) -> None:
    """`write` takes each line, its end included."""
    lines = _Lines(write)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask_phone_numbers,
            _as_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )


def _as_json(_logger: object, _method: str, event: EventDict) -> str:
    return _JSON.encode(event)


def _mask_phone_numbers(_logger: object, _method: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if isinstance(value, str) and "+" in value:
            event[name] = _E164.sub(r"+********\1", value)
    return event
