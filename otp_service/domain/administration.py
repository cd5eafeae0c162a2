"""What administrators do to a number: look at it, give it a role, open it, end its sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.identity import Acceptance, IdentityStore, Owner
from otp_service.domain.number_state import NumberState, NumberStates
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.ports import ChallengeStore, RoleRegistry, SessionRegistry
from otp_service.domain.roles import Role, RoleAssignment, RoleChange
from otp_service.domain.subject import Pseudonyms, Subject


@dataclass(frozen=True, slots=True)
class Administration:
    """Every method takes a number in any spelling and raises InvalidPhoneError.

    Or it takes a Subject, from whoever knows the person but not the number.
    """

    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    store: ChallengeStore
    roles: RoleRegistry
    sessions: SessionRegistry
    states: NumberStates
    identities: IdentityStore

    def subject_of(self, phone: "Whom") -> Subject:
        if isinstance(phone, Subject):
            return phone
        return self.pseudonyms.subject_of(self.numbers.read(phone))

    def role_of(self, phone: "Whom") -> tuple[Subject, Role]:
        subject = self.subject_of(phone)
        return subject, self.roles.role_of(subject)

    def set_role(
        self, phone: "Whom", role: Role, origin: RequestOrigin
    ) -> tuple[Subject, RoleChange]:
        subject = self.subject_of(phone)
        return subject, self.roles.set_role(subject, role, origin)

    def remove_role(self, phone: "Whom", origin: RequestOrigin) -> tuple[Subject, RoleChange]:
        subject = self.subject_of(phone)
        return subject, self.roles.remove_role(subject, origin)

    def list_roles(self) -> Iterable[RoleAssignment]:
        return self.roles.list_roles()

    def clear_lockout(self, phone: "Whom", origin: RequestOrigin) -> tuple[Subject, int]:
        """Return the number of failures that were forgotten."""
        subject = self.subject_of(phone)
        return subject, self.store.clear_lockout(subject, origin)

    def end_sessions(self, phone: "Whom", origin: RequestOrigin) -> tuple[Subject, int]:
        """Return how many ended."""
        subject = self.subject_of(phone)
        return subject, self.sessions.end_all(subject, origin)

    def accept_owner(
        self, phone: "Whom", owner: Owner, origin: RequestOrigin
    ) -> tuple[Subject, Acceptance]:
        """Open a number whose identity has changed, for the same person or for a new one."""
        subject = self.subject_of(phone)
        return subject, self.identities.accept(subject, owner, origin)

    def state_of(self, phone: "Whom") -> NumberState:
        return self.states.read(self.subject_of(phone).phone_id)


Whom: TypeAlias = str | Subject
