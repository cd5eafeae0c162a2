"""DeliveryStore on Redis: one hash of messages for each number, changed only by Lua scripts."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import structlog

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.adapters.redis_refusal import hold_refusal
from otp_service.adapters.redis_scripts import ScriptCall, Scripts, store_errors, whole_seconds
from otp_service.domain.audit import AuditEvent
from otp_service.domain.challenge import RequestOrigin, SendWaits
from otp_service.domain.delivery import Delivery, DeliveryReport, DeliveryState
from otp_service.domain.subject import Subject

# In the audit: who said it. No API client can have this name (see settings/clients.py).
META = RequestOrigin(client_id="meta")
# How far back a message is looked for that a person disowns: in everybody's events, and in the
# number's own, of which a thief of its code can make many. At first in a few: most are new.
_LOOK_BACK_EVENTS = 256
_LOOK_BACK_AT_ONCE = 1_024
_LOOK_BACK_OWN_EVENTS = 65_536
# So many disowned in a day say that somebody uses a number that is not theirs.
FLAG_AT = 3
_DAY_MS = 86_400_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RedisDeliveryStore:
    """`stop_at` is the lock-out policy's: how many failures close a number for good."""

    scripts: Scripts
    context: AuditContext
    stop_at: int
    waits: SendWaits = field(default_factory=SendWaits)

    def report(self, reports: Sequence[DeliveryReport]) -> None:
        """All in one round trip; one more for each number that is refused by now."""
        replies = self.scripts.run_all([self._report_call(report) for report in reports])
        unknown = sum(reply[0] == "unknown" for reply in replies)
        if unknown:
            _log.info("reports_of_unknown_messages", count=unknown)
        told = zip(reports, replies, strict=True)
        for subject in {report.label.subject for report, reply in told if reply[2:] == [1]}:
            hold_refusal(self.scripts, self.context, subject)

    def disown(self, messages: Sequence[tuple[str, Subject | None]]) -> None:
        """Three round trips each; more for an old message.

        One more where Meta names numbers that we did not write to.
        """
        newest: dict[str, _Found] | None = None
        wanted = {message_id for message_id, _ in messages}
        for message_id, likely in messages:
            found = likely and self._in_history(message_id, likely)
            if not found:
                # Once for all of them: it takes longer than anything else that Meta can ask for.
                newest = self._found(wanted, self._newest(), {}) if newest is None else newest
                found = newest.get(message_id)
            if found:
                self._disown(message_id, *found)
            else:
                _log.warning("disowned_message_unknown")

    def _disown(
        self, message_id: str, subject: Subject, challenge_id: str, session_id: str
    ) -> None:
        keys = self.context.keys_of(subject)
        self.scripts.run(
            "disown_passcode",
            [keys.audit, keys.history, *keys.passcodes, keys.disowned, keys.sessions],
            self.context.encode(subject, META, request_id=challenge_id, message_id=message_id),
            challenge_id,
            FLAG_AT,
            _DAY_MS,
            _LOOK_BACK_EVENTS,
            session_id,
        )

    def delivery_of(self, subject: Subject, challenge_id: str) -> Delivery:
        keys = self.context.keys_of(subject)
        state, failure, left_ms, lock, locked_ms, wait_ms = self.scripts.run(
            "read_status",
            [
                keys.audit,
                keys.history,
                keys.deliveries,
                *keys.passcodes,
                keys.failures,
                keys.lock,
                keys.identity,
            ],
            self.context.about(subject),
            challenge_id,
            self.stop_at,
            str(self.waits),
        )
        return Delivery(
            DeliveryState(str(state)),
            str(failure).partition(":")[0],
            whole_seconds(left_ms),
            None if lock == "stopped" else whole_seconds(locked_ms),
            whole_seconds(wait_ms),
        )

    def _report_call(self, report: DeliveryReport) -> ScriptCall:
        label = report.label
        keys = self.context.keys_of(label.subject)
        context = self.context.encode(
            label.subject, META, request_id=label.challenge_id, message_id=report.message_id
        )
        return ScriptCall(
            "report_delivery",
            [
                keys.audit,
                keys.history,
                keys.deliveries,
                keys.identity,
                keys.sessions,
                *keys.passcodes,
            ],
            [
                context,
                label.challenge_id,
                report.state,
                report.reported_at_s * 1000,
                report.failure,
                report.identity_hash,
            ],
        )

    def _in_history(self, message_id: str, likely: Subject) -> "_Found | None":
        keys = self.context.keys_of(likely)
        logins: dict[str, str] = {}
        with store_errors("disowned_in_history"):
            for ids in self._newest_ids(likely):
                pipeline = self.scripts.client.pipeline(transaction=False)
                for event_id in reversed(ids):
                    pipeline.xrange(keys.audit, event_id, event_id)
                found = self._found({message_id}, pipeline.execute(), logins)
                if found:
                    return found[message_id]
        return None

    def _newest(self) -> "_Answers":
        """The newest events of every shard: people press the button within minutes."""
        with store_errors("disowned_in_audit"):
            pipeline = self.scripts.client.pipeline(transaction=False)
            for shard in range(SHARDS):
                pipeline.xrevrange(ShardKeys(shard).audit, count=_LOOK_BACK_EVENTS)
            return pipeline.execute()

    def _newest_ids(self, subject: Subject) -> Iterator[list[str]]:
        """Of the number's events, some at a time: the newest first, each time oldest first.

        One round trip each time, and one for each name that its keys do not have.
        """
        for keys in self.context.ids.all_keys_of(subject.phone_id):
            seen, count = 0, _LOOK_BACK_EVENTS
            while seen < _LOOK_BACK_OWN_EVENTS:
                found: Any = self.scripts.client.lrange(keys.history, -seen - count, -seen - 1)
                if found:
                    yield [str(event_id) for event_id in found]
                if len(found) < count:
                    break
                seen, count = seen + count, _LOOK_BACK_AT_ONCE

    def _found(
        self, wanted: Set[str], answers: "_Answers", logins: dict[str, str]
    ) -> dict[str, "_Found"]:
        """Those of the `wanted` messages that these events tell of, each by its message id.

        `logins` are the sessions that newer events told of, by challenge, and then these ones'.

        Of a send that nobody learned the end of, only Meta's reports name the message. None too
        where the key is gone that says whose it was.
        """
        found: dict[str, _Found] = {}
        for fields in (fields for entries in answers for _, fields in entries):
            challenge_id, message_id = fields["request_id"], fields["message_id"]
            if fields["event"] == AuditEvent.LOGIN_SUCCEEDED:
                logins[challenge_id] = fields["session_id"]
            # The newest event of each.
            if message_id in wanted and message_id not in found:
                subject = self._subject_of(fields)
                if subject:
                    found[message_id] = subject, challenge_id, logins.get(challenge_id, "")
        return found

    def _subject_of(self, fields: dict[str, str]) -> Subject | None:
        ids = self.context.ids
        if not ids.is_known(fields["phone_id"]):
            return None
        phone_id = ids.user_id_of(fields["phone_id"])
        return Subject(phone_id, fields["masked_phone"], fields["country"])


# Whose message it was, its challenge, and the session that was won with it or "".
_Found: TypeAlias = tuple[Subject, str, str]
_Answers: TypeAlias = Sequence[Sequence[tuple[str, dict[str, str]]]]
