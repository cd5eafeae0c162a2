"""Stand-ins for what the login waits on; each writes what was asked of it into one journal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from otp_service.domain.challenge import RequestOrigin, SendTicket
from otp_service.domain.delivery import PasscodeMessage
from otp_service.domain.errors import AtCapacityError, RateLimitedError


@dataclass
class Journal:
    """What was done, in order; `on` runs something else at the moment that a step is taken."""

    steps: list[str] = field(default_factory=list)
    on: dict[str, Callable[[], None]] = field(default_factory=dict)

    def write(self, step: str) -> None:
        self.steps.append(step)
        self.on.get(step, lambda: None)()

    def forget(self) -> None:
        self.steps.clear()
        self.on.clear()


@dataclass
class FakeCapacity:
    journal: Journal
    full: bool = False
    taken: int = 0

    @contextmanager
    def slot(self) -> Iterator[None]:
        self.journal.write("slot")
        if self.full:
            raise AtCapacityError(retry_after_s=1)
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


@dataclass
class FakePlaces:
    limiter: "FakeLimiter"

    def give_back(self) -> None:
        self.limiter.journal.write("give back")
        self.limiter.taken -= 1


@dataclass
class FakeLimiter:
    journal: Journal
    full_scope: str | None = None
    taken: int = 0
    tickets: list[SendTicket] = field(default_factory=list)

    def take(self, ticket: SendTicket, origin: RequestOrigin) -> FakePlaces:
        self.journal.write("take")
        self.tickets.append(ticket)
        if self.full_scope:
            raise RateLimitedError(self.full_scope, retry_after_s=61)
        self.taken += 1
        return FakePlaces(self)


@dataclass
class FakeHasher:
    """A digest that tests can read: who may match is what matters here, not argon2."""

    journal: Journal

    def digest(self, login: str, passcode: str) -> str:
        self.journal.write("digest")
        return f"{login}/{passcode}"

    def matches(self, digest: str, login: str, passcode: str) -> bool:
        self.journal.write("compare")
        return digest == f"{login}/{passcode}"


@dataclass
class FakeSender:
    """Delivers into `inbox`, newest last; `fail_with` is raised instead."""

    journal: Journal
    fail_with: Exception | None = None
    delivers_anyway: bool = False
    inbox: list[tuple[str, str]] = field(default_factory=list)

    def send(self, message: PasscodeMessage) -> str:
        self.journal.write("send")
        if self.fail_with is None or self.delivers_anyway:
            self.inbox.append((message.to.e164, message.passcode))
        if self.fail_with is not None:
            raise self.fail_with
        return f"wamid.of.{message.label.challenge_id}"

    @property
    def last_passcode(self) -> str:
        return self.inbox[-1][1]


def wrong(*passcodes: str) -> str:
    """Six digits that are none of these."""
    return next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in passcodes)
