"""Kinds of values that several settings share."""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from otp_service.adapters.limits_storage import parse_limits

_MIN_SECRET_CHARS = 32
_MIN_DISTINCT_CHARS = 10


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


def checked_limits(text: str, example: str) -> str:
    """Return `text`, in the notation of `limits`. Raise ValueError that shows `example`."""
    try:
        parse_limits(text)
    except ValueError:
        raise ValueError(f'must read like "{example}"') from None
    return text


def strong_secret(secret: str) -> str:
    if len(secret) < _MIN_SECRET_CHARS or len(set(secret)) < _MIN_DISTINCT_CHARS:
        raise ValueError(f"too weak: needs {_MIN_SECRET_CHARS} random characters or more")
    return secret
