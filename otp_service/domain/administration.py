"""What administrators do to a number: give it a role, open it again after a lock-out."""

from collections.abc import Iterable
from dataclasses import dataclass

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.ports import ChallengeStore, RoleRegistry
from otp_service.domain.roles import Role, RoleAssignment, RoleChange
from otp_service.domain.subject import Pseudonyms, Subject


@dataclass(frozen=True, slots=True)
class Administration:
    """Every method takes a number in any spelling and raises InvalidPhoneError."""

    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    store: ChallengeStore
    roles: RoleRegistry

    def subject_of(self, phone: str) -> Subject:
        return self.pseudonyms.subject_of(self.numbers.read(phone))

    def role_of(self, phone: str) -> tuple[Subject, Role]:
        subject = self.subject_of(phone)
        return subject, self.roles.role_of(subject)

    def set_role(
        self, phone: str, role: Role, origin: RequestOrigin
    ) -> tuple[Subject, RoleChange]:
        subject = self.subject_of(phone)
        return subject, self.roles.set_role(subject, role, origin)

    def remove_role(self, phone: str, origin: RequestOrigin) -> tuple[Subject, RoleChange]:
        subject = self.subject_of(phone)
        return subject, self.roles.remove_role(subject, origin)

    def list_roles(self) -> Iterable[RoleAssignment]:
        return self.roles.list_roles()

    def clear_lockout(self, phone: str, origin: RequestOrigin) -> tuple[Subject, int]:
        """Return the number of failures that were forgotten."""
        subject = self.subject_of(phone)
        return subject, self.store.clear_lockout(subject, origin)
