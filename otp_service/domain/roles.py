"""Who a person is to Shamrock; read from the registry at login, never from a request."""

from dataclasses import dataclass
from enum import StrEnum

from otp_service.domain.errors import InvalidRequestError


class Role(StrEnum):
    INDEMNITOR = "indemnitor"
    COINDEMNITOR = "coindemnitor"
    DEFENDANT = "defendant"
    STAFF = "staff"
    ADMIN = "admin"


DEFAULT_ROLE = Role.INDEMNITOR
PRIVILEGED_ROLES = frozenset({Role.STAFF, Role.ADMIN})


def read_role(text: str) -> Role:
    """Raise InvalidRequestError for a role that does not exist."""
    try:
        return Role(text)
    except ValueError:
        names = ", ".join(Role)
        raise InvalidRequestError(f"role must be one of: {names}.") from None


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """One number with a role of its own; `changed_at` is Unix seconds, `changed_by` a client."""

    phone_id: str
    masked_phone: str
    role: Role
    changed_at: int
    changed_by: str


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What setting or removing a role did; `sessions_ended` is 0 when nothing changed."""

    role: Role
    previous: Role
    sessions_ended: int
