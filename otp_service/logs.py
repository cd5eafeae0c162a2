"""Log lines: structlog as JSON on stdout, with anything that looks like a phone number masked."""

import json
import logging
import re
import sys

import structlog
from structlog.typing import EventDict

# Defence in depth: nothing is meant to log a full number, and an exception's text might.
_E164 = re.compile(r"\+\d{5,13}(\d{2})(?!\d)")

# Made once: `json.dumps` makes one for each line that has a `default`.
_JSON = json.JSONEncoder(default=repr)


def configure_logs(level: str) -> None:
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
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )


def _as_json(_logger: object, _method: str, event: EventDict) -> str:
    return _JSON.encode(event)


def _mask_phone_numbers(_logger: object, _method: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if isinstance(value, str) and "+" in value:
            event[name] = _E164.sub(r"+********\1", value)
    return event
