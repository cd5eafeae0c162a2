"""Sessions after the login: ask about one, end one, end all of a person's."""

from dataclasses import dataclass

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.ports import SessionRegistry, SessionTokens
from otp_service.domain.session import Session
from otp_service.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class SessionService:
    tokens: SessionTokens
    registry: SessionRegistry

    def introspect(self, token: str) -> Session | None:
        """The session of a live token, None for any other (RFC 7662 section 2.2)."""
        session = self.tokens.read(token)
        if session is None or not self.registry.is_live(session):
            return None
        return session

    def revoke(self, token: str, origin: RequestOrigin) -> None:
        """End one session; a token that is dead already is no error (RFC 7009 section 2.2)."""
        session = self.tokens.read(token)
        if session is not None:
            self.registry.end(session, origin)

    def revoke_everywhere(self, token: str, origin: RequestOrigin) -> None:
        """End all sessions of the token's subject; a dead token ends nothing."""
        session = self.introspect(token)
        if session is not None:
            self.registry.end_all(Subject(session.phone_id), origin)
