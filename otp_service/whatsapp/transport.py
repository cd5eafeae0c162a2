"""One HTTP call over a pooled session, telling "never connected" from "perhaps processed"."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Literal

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.poolmanager import pool_classes_by_scheme

from otp_service.whatsapp.errors import PlatformError, UnknownOutcomeError, WhatsAppError
from otp_service.whatsapp.redaction import QueryFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

# urllib3 writes every URL at DEBUG, and at WARNING one whose answer has a broken header.
_URL_LOGGERS = ("urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry")
_QUERY_FILTER = QueryFilter()


@dataclass(frozen=True)
class Request:
    """One call: `payload` goes as JSON, or `form` as a form; all but the method may be secret."""

    method: Literal["GET", "POST", "DELETE"]
    url: str = field(repr=False)
    query: Mapping[str, str] | None = field(default=None, repr=False)
    payload: Mapping[str, object] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `body` is the decoded JSON, or None when it is not JSON."""

    http_status: int
    headers: Mapping[str, str]
    body: object

    @property
    def retry_after_s(self) -> float | None:
        """Seconds of the Retry-After header, if it holds a positive number of them."""
        value = self.headers.get("Retry-After", "")
        return float(value) or None if value.isascii() and value.isdigit() else None


class Transport:
    """Makes calls with a bearer token. Thread-safe.

    Timeouts are in seconds. Like urllib3's, the connect timeout holds for each address of the
    host and the read timeout for each wait for bytes.
    """

    def __init__(
        self,
        *,
        access_token: str,
        user_agent: str,
        connect_timeout_s: float,
        read_timeout_s: float,
        pool_size: int,
    ) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._session = _session(access_token, user_agent, pool_size)
        for name in _URL_LOGGERS:
            # Adding the same filter once more changes nothing.
            logging.getLogger(name).addFilter(_QUERY_FILTER)

    def send(self, request: Request, *, budget_s: float) -> Answer:
        """Make the call, spending at most `budget_s` seconds on connecting and waiting.

        Raises PlatformError if no connection was established, UnknownOutcomeError if one broke.
        """
        timeout = Timeout(
            connect=self._connect_timeout_s, read=self._read_timeout_s, total=budget_s
        )
        try:
            response = self._session.request(
                request.method,
                request.url,
                params=request.query,
                json=request.payload,
                data=request.form,
                timeout=timeout,  # type: ignore[arg-type]  # documented, absent from the stubs
                allow_redirects=False,
            )
        except (OSError, HTTPError) as exc:
            failure = _failure(exc)
        else:
            return Answer(response.status_code, response.headers, _decode(response.content))
        # Raised out here, since an exception of requests carries the request: token, number
        # and passcode would travel along as __context__.
        raise failure

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()


class TLSHandshakeError(NewConnectionError):
    """A connection that was never established, though TCP was.

    urllib3 gives a timeout or a reset in the handshake the same exception as one after the
    request was sent.
    """


class _Connection(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except ConnectTimeoutError:
            raise
        except (OSError, ValueError, HTTPError) as exc:
            raise TLSHandshakeError(self, type(exc).__name__) from exc


class _ConnectionPool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002  # the signature is requests' own
        **pool_kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            **pool_classes_by_scheme,
            "https": _ConnectionPool,
        }


def _session(access_token: str, user_agent: str, pool_size: int) -> requests.Session:
    session = requests.Session()
    # The environment costs a lookup a call, and its .netrc would replace our Authorization.
    session.trust_env = False
    # Cookies would be state shared by all threads; the Graph API needs none.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"Authorization": f"Bearer {access_token}", "User-Agent": user_agent})
    adapter = _Adapter(pool_connections=1, pool_maxsize=pool_size, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _failure(exc: Exception) -> WhatsAppError:
    cause = exc.args[0] if exc.args else None
    reason = getattr(cause, "reason", None)
    # Both are named because urllib3 3 ends the kinship between them.
    if isinstance(reason, (ConnectTimeoutError, NewConnectionError)):
        return PlatformError(f"No connection: {type(reason).__name__}", retryable=True)
    return UnknownOutcomeError(f"No complete answer: {type(exc).__name__}")


def _decode(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
