"""Test numbers for the reviewers of an app store: a fixed passcode, nothing sent, an end date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from otp_service.domain.phone_number import PhoneNumber
from otp_service.domain.roles import PRIVILEGED_ROLES, Role

MOST_NUMBERS = 3


@dataclass(frozen=True, slots=True)
class ReviewNumber:
    """`ends_at` is Unix seconds: from then on the number is one like all others."""

    e164: str = field(repr=False)
    passcode: str = field(repr=False)
    ends_at: float


class ReviewNumbers:
    """A passcode that several people know opens no role of the office, at no time."""

    def __init__(self, numbers: Iterable[ReviewNumber] = ()) -> None:
        self.numbers: Mapping[str, ReviewNumber] = {number.e164: number for number in numbers}

    def passcode_of(self, number: PhoneNumber, now_s: float) -> str | None:
        """The fixed passcode; None for everybody else, and after the end."""
        found = self.numbers.get(number.e164)
        return found.passcode if found and now_s < found.ends_at else None

    def roles_of(self, number: PhoneNumber) -> frozenset[Role]:
        """The roles that the number may log in with.

        After its end as well: a passcode of the last minute is alive a little longer.
        """
        privileged = PRIVILEGED_ROLES if number.e164 in self.numbers else frozenset()
        return frozenset(Role) - privileged
