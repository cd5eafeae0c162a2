"""What a person may ask about their data: what is kept, and to have it erased (GDPR 15, 17)."""

from collections.abc import Iterable
from dataclasses import dataclass

from otp_service.domain.audit_ports import PersonRecords, PersonStore
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.subject import Pseudonyms, Subject


@dataclass(frozen=True, slots=True)
class Privacy:
    """Takes a number in any spelling and raises InvalidPhoneError."""

    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    store: PersonStore

    def subject_of(self, phone: str) -> Subject:
        return self.pseudonyms.subject_of(self.numbers.read(phone))

    def records(self, subject: Subject) -> PersonRecords:
        return self.store.records(subject)

    def erase(self, subject: Subject, origin: RequestOrigin) -> Iterable[int]:
        """Yields how many events went in each step; a stop in between leaves the audit sound."""
        return self.store.erase(subject, origin)
