"""A login service whose store is the real one, over fakeredis, and whose world is fakes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fakeredis
import pytest

from otp_service.adapters.itsdangerous_session_tokens import ItsdangerousSessionTokens
from otp_service.adapters.limits_status_limiter import LimitsStatusLimiter
from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_challenge_store import RedisChallengeStore
from otp_service.adapters.redis_identity_store import RedisIdentityStore
from otp_service.adapters.redis_keys import NumberKeys
from otp_service.adapters.redis_number_state import RedisNumberStates
from otp_service.adapters.redis_role_registry import RedisRoleRegistry
from otp_service.adapters.redis_scripts import Scripts
from otp_service.adapters.redis_session_registry import RedisSessionRegistry
from otp_service.domain.administration import Administration
from otp_service.domain.challenge import LockoutPolicy, RequestOrigin
from otp_service.domain.login_service import LoginService
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.session import SessionPolicy
from otp_service.domain.session_service import SessionService
from otp_service.domain.subject import Pseudonyms
from tests.fake_redis import fake_redis
from tests.unit.domain.fakes import FakeCapacity, FakeHasher, FakeLimiter, FakeSender, Journal

PHONE = "(239) 555-0100"
ORIGIN = RequestOrigin("gas")


@dataclass
class Desk:
    """The service, its fakes, and what its Redis holds of PHONE."""

    server: fakeredis.FakeServer
    redis: fakeredis.FakeRedis
    logins: LoginService
    sessions: SessionService
    administration: Administration
    journal: Journal
    capacity: FakeCapacity
    limiter: FakeLimiter
    sender: FakeSender

    @property
    def keys(self) -> NumberKeys:
        return NumberKeys(self.administration.subject_of(PHONE).phone_id)

    @property
    def events(self) -> list[tuple[str, str]]:
        """(event, reason), oldest first."""
        kept: Any = self.redis.xrange(self.keys.audit)
        return [(fields["event"], fields["reason"]) for _, fields in kept]

    def sent_passcode(self) -> str:
        """Send a passcode that arrives, and forget how it went."""
        self.logins.send(PHONE, ORIGIN)
        self.journal.forget()
        return self.sender.last_passcode


@pytest.fixture
def desk() -> Iterator[Desk]:
    server = fakeredis.FakeServer()
    client = fake_redis(server)
    journal = Journal()
    scripts = Scripts(client)
    context = AuditContext(retention_ms=86_400_000)
    numbers = PhoneNumberReader("US", frozenset({"US"}))
    pseudonyms = Pseudonyms(b"pseudonym-key")
    tokens = ItsdangerousSessionTokens([b"k" * 32], "shamrock", lambda: float(client.time()[0]))
    store = RedisChallengeStore(
        scripts, context, LockoutPolicy(), SessionPolicy(604_800, 43_200), 600, 5
    )
    capacity, limiter, sender = FakeCapacity(journal), FakeLimiter(journal), FakeSender(journal)
    rooms = LimitsStatusLimiter(client, "90 per minute", "3 per 15 minutes")
    logins = LoginService(
        numbers, pseudonyms, store, limiter, rooms, capacity, FakeHasher(journal), sender, tokens
    )
    registry = RedisSessionRegistry(scripts, context)
    sessions = SessionService(tokens, registry)
    roles = RedisRoleRegistry(scripts, context)
    states = RedisNumberStates(client, LockoutPolicy().stop_at)
    administration = Administration(
        numbers,
        pseudonyms,
        store,
        roles,
        registry,
        states,
        RedisIdentityStore(scripts, context),
    )
    yield Desk(
        server, client, logins, sessions, administration, journal, capacity, limiter, sender
    )
    client.close()
