"""One phone number on one store: the steps of a login in a word each, and what they left."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_challenge_store import RedisChallengeStore
from otp_service.adapters.redis_delivery_store import RedisDeliveryStore
from otp_service.adapters.redis_identity_store import RedisIdentityStore
from otp_service.adapters.redis_keys import shard_of
from otp_service.adapters.redis_record_ids import UNSEALED, RecordIds
from otp_service.adapters.redis_role_registry import RedisRoleRegistry
from otp_service.adapters.redis_scripts import ReplicaWait, Scripts
from otp_service.adapters.redis_session_registry import RedisSessionRegistry
from otp_service.domain.challenge import (
    AttemptTicket,
    Grant,
    LockoutPolicy,
    RequestOrigin,
    SendKind,
    SendTicket,
    SendWaits,
)
from otp_service.domain.delivery import Delivery, DeliveryReport, DeliveryState, MessageLabel
from otp_service.domain.errors import InvalidCodeError
from otp_service.domain.roles import Role
from otp_service.domain.session import Session, SessionPolicy
from otp_service.domain.subject import Subject

if TYPE_CHECKING:
    import redis

PHONE_ID, MASKED = "a2b3c4d5" * 3, "+1******0100"
ORIGIN = RequestOrigin("gas", ip="203.0.113.7", user_agent="Phone/1", http_request_id="http-1")
TTL_S, MAX_TRIES = 600, 5
RETENTION_MS = 90 * 86_400_000


class Event(NamedTuple):
    """The part of an audit event that differs from step to step."""

    event: str
    outcome: str
    reason: str = ""
    attempt_number: str = ""
    request_id: str = ""
    session_id: str = ""
    message_id: str = ""


@dataclass
class Number:
    client: "redis.Redis"
    subject: Subject = field(default_factory=lambda: Subject(PHONE_ID, MASKED, "US"))
    sessions_policy: SessionPolicy = field(default_factory=lambda: SessionPolicy(604_800, 43_200))
    retention_ms: int = RETENTION_MS
    wait: ReplicaWait = field(default_factory=ReplicaWait)
    waits: SendWaits = field(default_factory=SendWaits)
    keeps_identity: bool = False
    ids: RecordIds = UNSEALED

    def __post_init__(self) -> None:
        self.keys = self.ids.keys_of(self.subject.phone_id)
        self.scripts = Scripts(self.client, self.wait)
        context = AuditContext(self.retention_ms, self.ids)
        self.store = RedisChallengeStore(
            self.scripts,
            context,
            LockoutPolicy(),
            self.sessions_policy,
            TTL_S,
            MAX_TRIES,
            self.waits,
            self.keeps_identity,
        )
        self.identities = RedisIdentityStore(self.scripts, context)
        self.deliveries = RedisDeliveryStore(
            self.scripts, context, LockoutPolicy().stop_at, self.waits
        )
        self.sessions = RedisSessionRegistry(self.scripts, context)
        self.roles = RedisRoleRegistry(self.scripts, context)

    def with_sessions_of(self, ttl_s: int, privileged_ttl_s: int) -> "Number":
        return replace(self, sessions_policy=SessionPolicy(ttl_s, privileged_ttl_s))

    def someone_else(self) -> "Number":
        """Another number of the same shard."""
        names = (f"{letter}{PHONE_ID[1:]}" for letter in "bcdefghijklmnopqrstuvwxyz")
        phone_id = next(name for name in names if shard_of(name) == self.keys.shard.shard)
        return replace(self, subject=Subject(phone_id, "+1******0111", "US"))

    def begin(self, challenge_id: str, kind: SendKind = SendKind.SEND) -> SendTicket:
        return self.store.begin_send(kind, challenge_id, self.subject, ORIGIN)

    def arm(self, challenge_id: str, kind: SendKind = SendKind.SEND) -> SendTicket:
        """A send whose message is in flight."""
        ticket = self.begin(challenge_id, kind)
        self.store.arm_send(ticket, f"digest of {challenge_id}", ORIGIN)
        return ticket

    def send(self, challenge_id: str, kind: SendKind = SendKind.SEND) -> SendTicket:
        """A send that Meta took."""
        ticket = self.arm(challenge_id, kind)
        self.store.confirm_send(ticket, f"message of {challenge_id}", ORIGIN)
        return ticket

    def report(
        self,
        challenge_id: str,
        *states: str,
        at_s: int | None = None,
        failure: str = "",
        came_to: str = "",
    ) -> None:
        """Meta's reports about one message, in one body; `at_s` is Unix seconds, else now."""
        label = MessageLabel(challenge_id, self.subject)
        at_s = self.now_s() if at_s is None else at_s
        self.deliveries.report(
            [
                DeliveryReport(
                    label,
                    f"message of {challenge_id}",
                    DeliveryState(state),
                    at_s,
                    failure,
                    came_to,
                )
                for state in states
            ]
        )

    def delivery(self, challenge_id: str) -> Delivery:
        return self.deliveries.delivery_of(self.subject, challenge_id)

    def state(self, challenge_id: str) -> str:
        return str(self.delivery(challenge_id).state)

    def disown(self, challenge_id: str, *, known: bool = True) -> None:
        """Press the button; `known`: Meta writes the person's number as we do."""
        likely = self.subject if known else None
        self.deliveries.disown([(f"message of {challenge_id}", likely)])

    def park(self, challenge_id: str) -> SendTicket:
        """A send of which nobody knows whether Meta took it."""
        ticket = self.arm(challenge_id)
        self.store.park_send(ticket, ORIGIN)
        return ticket

    def count(self, request_id: str | None = None) -> AttemptTicket:
        return self.store.count_attempt(self.subject, request_id, ORIGIN)

    def guess_wrong(self) -> InvalidCodeError:
        return self.store.reject_attempt(self.count(), ORIGIN)

    def win(self, ticket: AttemptTicket, session_id: str = "session", candidate: int = 0) -> Grant:
        return self.store.consume(ticket, ticket.candidates[candidate], session_id, ORIGIN)

    def log_in(self, session_id: str = "session") -> Session:
        """A send, an attempt and a login."""
        self.send(f"challenge of {session_id}")
        return self.session(session_id, self.win(self.count(), session_id))

    def fail(self, times: int) -> None:
        """That many wrong guesses, with new passcodes as they are needed."""
        for number in range(times):
            if self.client.hget(self.keys.challenge, "tries") in (None, str(MAX_TRIES)):
                self.send(f"challenge before failure {number}")
            self.guess_wrong()

    def session(self, session_id: str, grant: Grant | None = None) -> Session:
        grant = grant or Grant(Role.INDEMNITOR, 0, 0)
        return Session(
            session_id, self.subject.phone_id, grant.role, "gas", grant.issued_at, grant.expires_at
        )

    def alive(self) -> list[str]:
        """The request ids that an attempt could answer now, newest first; spends nothing."""
        kept: list[Any] = [
            self.client.hget(key, "id")
            for key in (self.keys.pending, self.keys.parked, self.keys.challenge)
        ]
        return [challenge_id for challenge_id in kept if challenge_id]

    def failures(self) -> int:
        return int(self.client.get(self.keys.failures) or 0)

    def entries(self) -> list[tuple[str, dict[str, str]]]:
        """The number's audit, whose ids have to be its history."""
        stream: Any = self.client.xrange(self.keys.audit)
        mine = [entry for entry in stream if entry[1]["phone_id"] == self.subject.phone_id]
        assert [entry_id for entry_id, _ in mine] == self.client.lrange(self.keys.history, 0, -1)
        return mine

    def events(self, since: int = 0) -> list[Event]:
        """The events from the `since`th on."""
        names = Event._fields
        return [
            Event(**{name: fields[name] for name in names}) for _, fields in self.entries()[since:]
        ]

    def deliveries_told(self, challenge_id: str) -> list[tuple[str, str]]:
        """The events that tell what became of one message: (event, reason)."""
        return [
            (event.event, event.reason)
            for event in self.events()
            if event.request_id == challenge_id and event.event.startswith("delivery_")
        ]

    def figures(self) -> Counter[str]:
        """The shard's counters, which have to be the same by the hour as by the day."""
        by_hour, by_day = (self._summed(f"{self.keys.audit}:{unit}:*") for unit in ("hour", "day"))
        assert by_hour == by_day
        return by_hour

    def _summed(self, pattern: str) -> Counter[str]:
        total: Counter[str] = Counter()
        for key in self.client.scan_iter(pattern):
            kept: Any = self.client.hgetall(key)
            total.update({figure: int(count) for figure, count in kept.items()})
        return total

    def now_s(self) -> int:
        return self.now_ms() // 1000

    def now_ms(self) -> int:
        seconds, microseconds = self.client.time()
        return int(seconds) * 1000 + int(microseconds) // 1000

    def keys_without_ttl(self) -> set[str]:
        return {str(key) for key in self.client.scan_iter() if self.client.pttl(key) < 0}
