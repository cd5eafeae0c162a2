"""A session: what one login gave, and for how long."""

import secrets
from dataclasses import dataclass

from otp_service.domain.roles import PRIVILEGED_ROLES, Role
from otp_service.domain.subject import user_id_of


def new_session_id() -> str:
    """128 random bits: the `jti` of a session token (RFC 7519 section 4.1.7)."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Session:
    """The claims of a session token. Instants are Unix seconds.

    `former_owners` is how many people had the number before this one, as far as the office knows.
    """

    session_id: str
    phone_id: str
    role: Role
    client_id: str
    issued_at: int
    expires_at: int
    former_owners: int = 0

    @property
    def user_id(self) -> str:
        """The contract's `userId` and the token's `sub`: no two owners of a number share one."""
        return user_id_of(self.phone_id, self.former_owners)


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long a session lives, by role."""

    ttl_s: int
    privileged_ttl_s: int

    def ttl_of(self, role: Role) -> int:
        return self.privileged_ttl_s if role in PRIVILEGED_ROLES else self.ttl_s


@dataclass(frozen=True, slots=True)
class Login:
    """A won login: the signed token and the session it stands for."""

    token: str
    session: Session

    @property
    def expires_in_s(self) -> int:
        return self.session.expires_at - self.session.issued_at

    def __repr__(self) -> str:
        return f"Login(token=<hidden>, session={self.session!r})"
