"""How one phone number stands now: what an administrator sees of it."""

from dataclasses import dataclass
from typing import Protocol

from otp_service.domain.delivery import DeliveryState
from otp_service.domain.roles import DEFAULT_ROLE, Role, RoleAssignment


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The newest message; `begun_at_ms` is Unix ms, `reason` the audit's word for a failure."""

    request_id: str
    state: DeliveryState
    reason: str
    begun_at_ms: int


@dataclass(frozen=True, slots=True)
class NumberState:
    """Seconds are from now.

    `passcode_expires_in_s` is 0 when no passcode is alive, `tries_spent` of the newest one.
    `locked_for_s` is None when only an administrator can open the number, 0 when it is open.
    `assignment` is None for a number that was given no role. `flagged`: its owner disowned so
    many passcodes in a day that somebody should look. `identity_known`: codes go to the identity
    of the first login alone. `identity_changed_at_ms` is when Meta said that it is another one
    now, Unix ms; 0: it did not, or an administrator accepted it. `former_owners` counts the
    people whom the office knows to have had the number before. `unverified` messages in a row
    went to the number without a login, so it waits `waits_for_s` for the next one.
    """

    passcode_expires_in_s: int
    tries_spent: int
    last_message: LastMessage | None
    failures: int
    locked_for_s: int | None
    sessions: int
    assignment: RoleAssignment | None
    disowned_today: int
    flagged: bool
    identity_known: bool = False
    identity_changed_at_ms: int = 0
    former_owners: int = 0
    unverified: int = 0
    waits_for_s: int = 0

    @property
    def role(self) -> Role:
        return self.assignment.role if self.assignment else DEFAULT_ROLE


class NumberStates(Protocol):
    def read(self, phone_id: str) -> NumberState:
        """All of it at one instant. Raise StoreUnavailableError."""
        ...
