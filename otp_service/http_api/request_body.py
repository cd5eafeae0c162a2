"""Reads what callers send: JSON whatever the Content-Type says, one checked member at a time."""

import ipaddress
import json
import re
from functools import lru_cache
from typing import Any

from flask import g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.errors import InvalidRequestError
from otp_service.http_api.errors import MalformedBodyError

MAX_BODY_BYTES = 16 * 1024
_ADDRESSES = 256
_FORM = "application/x-www-form-urlencoded"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")


def json_object() -> dict[str, Any]:
    """The body as a JSON object (RFC 8259). Raise MalformedBodyError."""
    if "json_object" not in g:
        g.json_object = _parsed(whole_body(MAX_BODY_BYTES))
    body: dict[str, Any] = g.json_object
    return body


def form_or_json() -> dict[str, Any]:
    """RFC 7662 and RFC 7009 callers send a form, ours send JSON. Raise MalformedBodyError."""
    try:
        return json_object()
    except MalformedBodyError:
        if request.mimetype != _FORM:
            raise
        return request.form.to_dict()


def text_member(body: dict[str, Any], name: str) -> str:
    """Raise InvalidRequestError unless the member is there as a string that is not blank."""
    text = optional_text(body, name)
    if text is None:
        raise InvalidRequestError(f"{name} is missing.")
    return text


def optional_text(body: dict[str, Any], name: str) -> str | None:
    """None when missing, null or blank. Raise InvalidRequestError when not a string."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidRequestError(f"{name} must be a string.")
    if not _is_unicode(value):
        raise InvalidRequestError(f"{name} is not valid Unicode.")
    return value if value.strip() else None


def request_id_member(body: dict[str, Any], *, required: bool) -> str | None:
    """Raise InvalidRequestError when it is missing though required, or cannot be one of ours."""
    text = text_member(body, "requestId") if required else optional_text(body, "requestId")
    if text is not None and not _REQUEST_ID.fullmatch(text):
        raise InvalidRequestError("requestId must be the one that the send answered.")
    return text


def check_locale(body: dict[str, Any]) -> None:
    """Raise InvalidRequestError when `locale` is given and no language tag (RFC 5646)."""
    text = optional_text(body, "locale")
    if text is not None and not _LOCALE.fullmatch(text):
        raise InvalidRequestError("locale must be a language tag such as en-US.")


def origin_of(body: dict[str, Any]) -> RequestOrigin:
    """Who asks, and for whom. Raise InvalidRequestError when `endUserIp` is no IP address."""
    end_user_ip = _ip_member(body, "endUserIp")
    return RequestOrigin(
        client_id=g.client.client_id,
        ip=end_user_ip or caller_ip(),
        end_user_ip=end_user_ip,
        user_agent=request.environ.get("HTTP_USER_AGENT", ""),
        http_request_id=g.http_request_id,
        received_at=g.received_at,
    )


def caller_ip() -> str:
    """Empty when there is none: a unix socket, or a proxy that was sent something else."""
    return _canonical(request.remote_addr or "")


# Most requests come from a few proxies and callers.
@lru_cache(_ADDRESSES)
def _canonical(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def whole_body(max_bytes: int) -> bytes:
    """The body as it came. Raise RequestEntityTooLarge, MalformedBodyError."""
    try:
        raw = request.get_data(cache=True)
    except HTTPException:
        raise
    except Exception as error:
        # Each server has errors of its own for a body that is broken on the way.
        raise MalformedBodyError from error
    # Werkzeug checks an announced length; of a chunked body it only stops reading at the limit.
    if request.content_length is None and len(raw) >= max_bytes:
        raise RequestEntityTooLarge
    return raw


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw.decode("utf-8-sig"))
    # RecursionError: 16 KiB are enough for thousands of nested brackets.
    except (ValueError, RecursionError):
        raise MalformedBodyError from None
    if not isinstance(body, dict):
        raise MalformedBodyError
    return body


def _ip_member(body: dict[str, Any], name: str) -> str | None:
    text = optional_text(body, name)
    if text is None:
        return None
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        raise InvalidRequestError(f"{name} must be an IPv4 or IPv6 address.") from None
    # A zone id means something on one machine only.
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        raise InvalidRequestError(f"{name} must not have a zone id.")
    return str(address)


def _is_unicode(text: str) -> bool:
    # JSON can spell half of a surrogate pair, which no UTF-8 can carry any further.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
