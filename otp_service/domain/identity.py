"""Who holds a number: the identity that Meta knows it by, and what is done when that changes.

Carriers give numbers to new people. Meta, "Identity change check": a hash of the person's key
comes with each report, and a message can be sent to that identity alone.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.errors import InvalidRequestError
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.roles import Role
from otp_service.domain.subject import Pseudonyms, Subject


class Owner(StrEnum):
    """Who the office found behind a number whose identity has changed."""

    SAME = "same"
    NEW = "new"


def read_owner(text: str) -> Owner:
    """Raise InvalidRequestError for anything but `same` and `new`."""
    try:
        return Owner(text)
    except ValueError:
        raise InvalidRequestError(f"owner must be one of: {', '.join(Owner)}.") from None


class IdentityNews(StrEnum):
    """What Meta tells of a person in a `system` message, in Meta's words."""

    CHANGED_NUMBER = "user_changed_number"
    CHANGED_USER_ID = "user_changed_user_id"
    CHANGED_IDENTITY = "customer_identity_changed"


@dataclass(frozen=True, slots=True)
class SystemNews:
    """One `system` message. `told_at_s` is Meta's clock, whole Unix seconds."""

    kind: IdentityNews
    message_id: str
    told_at_s: int


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What accepting an owner did. `was_refused`: codes were refused to the number until now.

    `changed` is False when there was nothing to accept, as when the same call came before: then
    nothing was done, and `previous_role` is the role still.
    """

    owner: Owner
    changed: bool
    was_refused: bool
    previous_role: Role
    sessions_ended: int


class IdentityStore(Protocol):
    """All raise StoreUnavailableError."""

    def accept(self, subject: Subject, owner: Owner, origin: RequestOrigin) -> Acceptance:
        """Forget the number's identity: the next login keeps the one that its message came to.

        A new owner gets no role, no session and no userId of the former one's. Once accepted, and
        until the first login after that, no further one is counted: a repeated call is harmless.
        """
        ...

    def distrust(self, subject: Subject, news: SystemNews) -> None:
        """End the number's sessions and live passcodes, once for each piece of news."""
        ...


@dataclass(frozen=True, slots=True)
class IdentityService:
    """Takes in what Meta says of the people behind numbers."""

    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    store: IdentityStore

    def heard(self, kind: IdentityNews, sender: str, wamid: str, told_at_s: int) -> None:
        """`sender` is the number that the news is about, in E.164.

        Raise InvalidPhoneError, StoreUnavailableError.
        """
        subject = self.pseudonyms.subject_of(self.numbers.read(sender))
        news = SystemNews(kind, self.pseudonyms.message_id_of(wamid), told_at_s)
        self.store.distrust(subject, news)
