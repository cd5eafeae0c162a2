"""Lua scripts from `lua/*.lua`, each with the shared prelude, and Redis errors made ours."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias

import redis
import structlog

from otp_service.domain.errors import StoreUnavailableError

Arg: TypeAlias = str | int
Reply: TypeAlias = list[str | int]

_LUA = files("otp_service.adapters") / "lua"
_PRELUDE = ("audit", "adopt", "lockout", "delivery", "send_wait", "identity")
_SCRIPTS = (
    "accept_identity",
    "adopt_number",
    "append_anchor",
    "append_event",
    "arm_send",
    "begin_send",
    "clear_lockout",
    "confirm_send",
    "consume",
    "count_attempt",
    "disown_passcode",
    "distrust_number",
    "end_sessions",
    "erase_person",
    "hold_refusal",
    "read_history",
    "read_status",
    "reject_attempt",
    "report_delivery",
    "set_role",
    "trim_history",
    "withdraw_send",
)
# Their loss in a failover would give back a try or a session, or leave a message without its code.
_MUST_LAST = frozenset(
    {"arm_send", "consume", "count_attempt", "disown_passcode", "end_sessions", "erase_person"}
    | {"set_role", "accept_identity", "distrust_number", "hold_refusal"}
)
_log = structlog.get_logger(__name__)


class NotReplicatedError(redis.RedisError):
    """Too few replicas have confirmed what a script has just changed."""


@dataclass(frozen=True, slots=True)
class ReplicaWait:
    """How many replicas have to confirm a change before it is answered for; 0: nobody asks."""

    replicas: int = 0
    timeout_ms: int = 300


def _source(name: str) -> str:
    return (_LUA / f"{name}.lua").read_text(encoding="utf-8")


@contextmanager
def store_errors(step: str) -> Iterator[None]:
    """Raise StoreUnavailableError for whatever Redis or its client raises inside."""
    try:
        yield
    except redis.RedisError as error:
        _log.warning(
            "redis_failed", step=step, error=type(error).__name__, kind=_error_word(error)
        )
        raise StoreUnavailableError from error


def _error_word(error: redis.RedisError) -> str:
    # A reply's first word (OOM, READONLY, NOPERM) says what happened; the rest may quote a key.
    if isinstance(error, redis.ResponseError):
        return str(error).split(" ", 1)[0]
    return ""


def _checked(name: str, reply: Reply | redis.RedisError) -> Reply:
    with store_errors(name):
        if isinstance(reply, redis.RedisError):
            raise reply
    return reply


@dataclass(frozen=True, slots=True)
class ScriptCall:
    """One script to run with others. `args[0]` is the audit context."""

    name: str
    keys: Sequence[str]
    args: Sequence[Arg]


@dataclass(frozen=True, slots=True)
class _Script:
    """`sha`: SHA-1 of its `text`, by which Redis knows it (EVALSHA)."""

    text: str
    sha: str

    @classmethod
    def of(cls, text: str) -> "_Script":
        return cls(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


class Scripts:
    def __init__(self, client: redis.Redis, wait: ReplicaWait = ReplicaWait()) -> None:
        prelude = "\n".join(_source(name) for name in _PRELUDE)
        self.client = client
        self._wait = wait
        self._scripts = {name: _Script.of(f"{prelude}\n{_source(name)}") for name in _SCRIPTS}

    @property
    def names(self) -> dict[str, str]:
        """By the SHA-1 that they are called with."""
        return {script.sha: name for name, script in self._scripts.items()}

    @property
    def waits(self) -> bool:
        """Whether replicas have to confirm what must last."""
        return self._wait.replicas > 0

    def load(self) -> None:
        """Load all scripts, so that no request pays for it. Raise StoreUnavailableError."""
        with store_errors("script_load"):
            for script in self._scripts.values():
                self.client.script_load(script.text)

    def run_all(self, calls: Sequence[ScriptCall]) -> list[Reply]:
        """All in one round trip, each atomic for itself. Raise StoreUnavailableError."""
        if len(calls) <= 1:
            # The usual webhook: one report. A pipeline costs half as much again as a call.
            return [self.run(call.name, call.keys, *call.args) for call in calls]
        with store_errors("run_all"):
            pipeline = self.client.pipeline(transaction=False)
            for call in calls:
                sha = self._scripts[call.name].sha
                pipeline.evalsha(sha, len(call.keys), *call.keys, *call.args)
            replies = pipeline.execute(raise_on_error=False)
        # Those that Redis no longer had changed nothing, so they may be run again.
        return [
            self.run(call.name, call.keys, *call.args)
            if isinstance(reply, redis.exceptions.NoScriptError)
            else _checked(call.name, reply)
            for call, reply in zip(calls, replies, strict=True)
        ]

    def run(self, name: str, keys: Sequence[str], *args: Arg) -> Reply:
        """One round trip (two after Redis lost its scripts). Raise StoreUnavailableError."""
        with store_errors(name):
            if self.waits and name in _MUST_LAST:
                return self._run_and_wait(name, keys, args)
            script, send = self._scripts[name], self.client.execute_command
            try:
                reply: Reply = send("EVALSHA", script.sha, len(keys), *keys, *args)  # type: ignore[no-untyped-call]
            except redis.exceptions.NoScriptError:
                reply = send("EVAL", script.text, len(keys), *keys, *args)  # type: ignore[no-untyped-call]
        return reply

    def _run_and_wait(self, name: str, keys: Sequence[str], args: Sequence[Arg]) -> Reply:
        """The change is made when this raises NotReplicatedError, but a failover may undo it."""
        script = self._scripts[name]
        reply, confirmed = self._sent_with_wait("EVALSHA", script.sha, keys, args)
        if isinstance(reply, redis.exceptions.NoScriptError):
            reply, confirmed = self._sent_with_wait("EVAL", script.text, keys, args)
        for answer in (reply, confirmed):
            if isinstance(answer, redis.RedisError):
                raise answer
        if confirmed < self._wait.replicas:
            raise NotReplicatedError
        return reply  # type: ignore[no-any-return]

    def _sent_with_wait(
        self, command: str, script: str, keys: Sequence[str], args: Sequence[Arg]
    ) -> list[Any]:
        # WAIT is about its own connection's writes, so it has to travel with the script.
        pipeline = self.client.pipeline(transaction=False)
        pipeline.execute_command(command, script, len(keys), *keys, *args)  # type: ignore[no-untyped-call]
        pipeline.wait(self._wait.replicas, self._wait.timeout_ms)
        return pipeline.execute(raise_on_error=False)


def whole_seconds(milliseconds: str | int) -> int:
    """A TTL of Redis, rounded up, so that waiting that long is always enough; 0 for none."""
    return max(0, -(-int(milliseconds) // 1000))
