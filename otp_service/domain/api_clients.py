"""The backends that call us: known by the hash of their key, allowed by scope."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from otp_service.domain.errors import ForbiddenError, UnauthorizedError


class Scope(StrEnum):
    OTP = "otp"
    SESSIONS = "sessions"
    ROLES = "roles"
    AUDIT = "audit"
    METRICS = "metrics"


def key_digest(api_key: str) -> str:
    """Hex SHA-256 of a key. A fast hash is enough: keys are 256 random bits, not words."""
    # A caller's JSON may spell half a surrogate pair: that is a wrong key, not a crash.
    return hashlib.sha256(api_key.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ApiClient:
    """One key of a backend; while it changes its key, a backend has two of these."""

    client_id: str
    key_sha256: str
    scopes: frozenset[Scope]

    def require(self, scope: Scope) -> None:
        """Raise ForbiddenError unless this client has the scope."""
        if scope not in self.scopes:
            raise ForbiddenError(f"This API key lacks the scope {scope.value}.")


class KeyGuesses(Protocol):
    """Wrong API keys, counted by the address that they come from."""

    def count(self, ip: str) -> None:
        """Count one; "" is nobody's. Raise TooManyBadKeysError, StoreUnavailableError."""
        ...


class ApiClients:
    def __init__(self, clients: Iterable[ApiClient]) -> None:
        self._clients = tuple(clients)

    def authenticate(self, api_key: str) -> ApiClient:
        """The client whose key this is. Raise UnauthorizedError.

        Every key is compared, so that the time taken says nothing about which one was near.
        """
        presented = key_digest(api_key)
        found = [c for c in self._clients if hmac.compare_digest(c.key_sha256, presented)]
        if not api_key or not found:
            raise UnauthorizedError
        return found[0]
