"""Who may see and do what at the console, asked anew of the session registry at every request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import cast

import structlog
from flask import g, request
from itsdangerous import Signer

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.roles import PRIVILEGED_ROLES, Role
from otp_service.domain.session import Session
from otp_service.domain.session_service import SessionService
from otp_service.web.cookies import SESSION_COOKIE
from otp_service.web.same_origin import is_from_our_pages
from otp_service.web.visitor import visitor

_CSRF_PURPOSE = "otp-service/console/csrf/v1"


class Right(StrEnum):
    """What a page or a form asks of whoever sends for it."""

    LEAVE = "leave"
    READ = "read"
    CHANGE = "change"


_ROLES_WITH = {
    Right.LEAVE: frozenset(Role),
    Right.READ: PRIVILEGED_ROLES,
    Right.CHANGE: frozenset({Role.ADMIN}),
}


class NotLoggedInError(Exception):
    """No session, or one that has ended."""


class NotAllowedError(Exception):
    """Logged in, with a role that may not."""


class ForgedFormError(Exception):
    """The form is not one that we gave to this session."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Whoever is at the console."""

    session: Session

    @property
    def phone_id(self) -> str:
        return self.session.phone_id

    @property
    def client_id(self) -> str:
        """How the audit names them: no API client's name has a colon and a userId behind it."""
        return f"admin:{self.session.user_id}"

    @property
    def may_read(self) -> bool:
        return self.has(Right.READ)

    @property
    def may_change(self) -> bool:
        return self.has(Right.CHANGE)

    def has(self, right: Right) -> bool:
        return self.session.role in _ROLES_WITH[right]

    def origin(self) -> RequestOrigin:
        """Of a change they make: who, and from where."""
        return visitor(self.client_id)


class FormTokens:
    """Binds a form to the session that it was given to. `keys` newest first: all verify."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        ring = list(reversed(keys))
        self._signer = Signer(
            ring, salt=_CSRF_PURPOSE, key_derivation="hmac", digest_method=sha256
        )

    def token(self, session: Session) -> str:
        return self._signer.get_signature(session.session_id).decode()

    def is_token(self, token: str, session: Session) -> bool:
        return token.isascii() and self._signer.verify_signature(session.session_id, token)


def gate(
    sessions: SessionService, tokens: FormTokens, rights: Mapping[str, Right]
) -> Callable[[], None]:
    """A before_request hook; `rights` by endpoint. An endpoint without one is closed to all.

    Raise NotLoggedInError, NotAllowedError, ForgedFormError, StoreUnavailableError.
    """

    def admit() -> None:
        session = sessions.introspect(SESSION_COOKIE.read())
        if session is None:
            raise NotLoggedInError
        g.officer = Officer(session)
        structlog.contextvars.bind_contextvars(admin=session.phone_id)
        right = rights.get(request.endpoint or "")
        if right is None or not g.officer.has(right):
            raise NotAllowedError
        if request.method not in {"GET", "HEAD"}:
            _require_own_form(tokens, session)

    return admit


def officer() -> Officer:
    """Whom the gate let in."""
    return cast("Officer", g.officer)


def _require_own_form(tokens: FormTokens, session: Session) -> None:
    # Redirects and errors of other sites' making end here as well: no form, no token.
    token = request.form.get("csrf", "")
    if not is_from_our_pages() or not tokens.is_token(token, session):
        raise ForgedFormError
