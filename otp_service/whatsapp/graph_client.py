"""The calls that every part of the Graph API shares: token, proof, errors, repetition, paging.

Source: "Graph API, Overview", "Secure requests", "Paginated results", "Handling errors".
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from typing import TYPE_CHECKING

from otp_service.whatsapp.endpoint import checked_path, graph_url
from otp_service.whatsapp.environment import read_environment
from otp_service.whatsapp.errors import (
    InvalidArgumentError,
    PlatformError,
    UnknownOutcomeError,
    refusal,
    refusal_without_code,
)
from otp_service.whatsapp.graph_error import parse_graph_error
from otp_service.whatsapp.graph_values import member, members, text
from otp_service.whatsapp.retry import DEFAULT_RETRY, SingleRetry
from otp_service.whatsapp.transport import Request, Transport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

    from otp_service.whatsapp.graph_values import JsonObject
    from otp_service.whatsapp.transport import Answer

_LARGEST_PAGE = 100
# Parameters whose values no error may show if Meta repeats them; a wamid holds a phone number.
_SECRET_PARAMETERS = ("input_token", "client_secret", "verify_token", "pin", "message_id")


class GraphClient:
    """Speaks to one version of the Graph API with one token. Thread-safe; close it after use.

    A path is what follows the version: `106540352242922/message_templates`, `debug_token`.
    `app_secret` adds the `appsecret_proof` that apps with "Require App Secret" need; a call
    without a body has it in the query, which no log or error shows.
    `connect_timeout_s` and `read_timeout_s` apply to an attempt; `retry` bounds the whole call.
    Proxy and CA settings of the environment are ignored.
    Raises ValueError on a malformed argument or a `base_url` neither https nor loopback.

    Every call raises RecipientError, OperatorError or PlatformError when Meta refused it. One
    that changes something is repeated only if it surely was not processed, and else raises
    UnknownOutcomeError. One that reads is repeated whatever broke it, and raises PlatformError.
    """

    def __init__(  # noqa: PLR0913  # each is a setting an operator may need
        self,
        *,
        access_token: str,
        app_secret: str | None = None,
        api_version: str = "v23.0",
        base_url: str = "https://graph.facebook.com",
        connect_timeout_s: float = 3.05,
        read_timeout_s: float = 10.0,
        pool_size: int = 32,
        user_agent: str = "otp-service",
        retry: SingleRetry = DEFAULT_RETRY,
    ) -> None:
        # requests would refuse these at the first call, with the header's value in the error.
        if not re.fullmatch(r"[!-~]+", access_token) or not re.fullmatch(
            r"[!-~][ -~]*", user_agent
        ):
            raise ValueError("access_token and user_agent must be printable ASCII, not empty")
        self._url = graph_url(base_url, api_version)
        self._proof = _appsecret_proof(app_secret, access_token) if app_secret else {}
        self._secrets = (access_token, *self._proof.values())
        self._retry = retry
        self._transport = Transport(
            access_token=access_token,
            user_agent=user_agent,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
            pool_size=pool_size,
        )

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Build a client from WHATSAPP_ACCESS_TOKEN and the optional variables beside it.

        Raises InvalidArgumentError naming each variable that is missing.
        """
        found = read_environment(variables)
        return cls(
            access_token=found.access_token,
            app_secret=found.app_secret,
            api_version=found.api_version,
            base_url=found.base_url,
        )

    def get(self, path: str, query: Mapping[str, str]) -> JsonObject:
        """Return the JSON object at `path`."""
        request = Request("GET", self._at(path), query={**query, **self._proof})
        return self._read(request, _secret_values(query))

    def post(
        self, path: str, payload: Mapping[str, object], *, private: Iterable[str] = ()
    ) -> JsonObject:
        """Post `payload` as JSON and return the JSON object of the answer.

        `private` are strings of the payload that no error may show, such as a phone number.
        """
        request = Request("POST", self._at(path), payload={**payload, **self._proof})
        return self._change(request, (*_secret_values(payload), *private))

    def post_form(self, path: str, form: Mapping[str, str]) -> JsonObject:
        """Post `form` as `application/x-www-form-urlencoded`; some edges document no JSON."""
        request = Request("POST", self._at(path), form={**form, **self._proof})
        return self._change(request, _secret_values(form))

    def delete(self, path: str, query: Mapping[str, str]) -> JsonObject:
        """Delete what `path` and `query` name and return the JSON object of the answer."""
        request = Request("DELETE", self._at(path), query={**query, **self._proof})
        return self._change(request, _secret_values(query))

    def pages(
        self, path: str, query: Mapping[str, str], *, page_size: int = 25
    ) -> Iterator[JsonObject]:
        """Yield the objects of a list, asking for `page_size` (1 to 100) at a time.

        Source: "Paginated results, cursor-based pagination", Graph API.
        """
        if not 1 <= page_size <= _LARGEST_PAGE:
            raise InvalidArgumentError(f"page_size must be 1 to {_LARGEST_PAGE}")
        return self._pages(path, {**query, "limit": str(page_size)})

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[JsonObject]:
        cursor: str | None = None
        while True:
            page = self.get(path, query if cursor is None else {**query, "after": cursor})
            if not isinstance(page.get("data"), list):
                raise PlatformError("Meta's answer holds no list")
            yield from members(page, "data")
            paging = member(page, "paging")
            # The URL in `next` may hold the token: only its presence counts.
            if not paging.get("next"):
                return
            after = text(member(paging, "cursors"), "after")
            if not after or after == cursor:
                raise PlatformError("Meta's page says that another follows, and not where")
            cursor = after

    def _at(self, path: str) -> str:
        return f"{self._url}/{checked_path(path)}"

    def _read(self, request: Request, private: tuple[str, ...]) -> JsonObject:
        def attempt(budget_s: float) -> JsonObject:
            try:
                return self._attempt(request, private, budget_s)
            except UnknownOutcomeError as error:
                failure = PlatformError(str(error), retryable=True)
            raise failure

        return self._retry.run(attempt)

    def _change(self, request: Request, private: tuple[str, ...]) -> JsonObject:
        return self._retry.run(lambda budget_s: self._attempt(request, private, budget_s))

    def _attempt(self, request: Request, private: tuple[str, ...], budget_s: float) -> JsonObject:
        answer = self._transport.send(request, budget_s=budget_s)
        secrets = (*self._secrets, *private)
        graph = parse_graph_error(answer.http_status, answer.headers, answer.body, secrets=secrets)
        if graph is not None:
            raise refusal(graph, retry_after_s=answer.retry_after_s)
        if 300 <= answer.http_status < 500:
            raise refusal_without_code(answer.http_status, retry_after_s=answer.retry_after_s)
        return _success(answer)


def _success(answer: Answer) -> JsonObject:
    if answer.http_status >= 300 or not isinstance(answer.body, dict):
        raise UnknownOutcomeError(
            f"HTTP {answer.http_status} with neither what was asked for nor a Graph error"
        )
    return answer.body


def _appsecret_proof(app_secret: str, access_token: str) -> dict[str, str]:
    proof = hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
    return {"appsecret_proof": proof}


def _secret_values(parameters: Mapping[str, object]) -> tuple[str, ...]:
    values = (parameters.get(name) for name in _SECRET_PARAMETERS)
    return tuple(value for value in values if isinstance(value, str))
