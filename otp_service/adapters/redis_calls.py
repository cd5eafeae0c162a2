"""A client of one server that tells how long each of its calls took, and how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import redis
from redis.client import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SCRIPTS = frozenset({"EVAL", "EVALSHA"})
_PIPELINE = "pipeline"
_Reply = TypeVar("_Reply")


class CallObserver(Protocol):
    """Is told of each call to something outside of this process, as soon as it has ended."""

    def __call__(self, call: str, took_s: float, error: str) -> None:
        """`call` and `error` are of a few words; `error` is "" for a call that went well."""
        ...


class RedisCalls:
    """Times the calls of one client for its `observers`; script names come with `name_scripts`."""

    def __init__(self) -> None:
        self.observers: tuple[CallObserver, ...] = ()
        self._scripts: dict[str, str] = {}

    def name_scripts(self, names: Mapping[str, str]) -> None:
        """`names` by the SHA-1 of the scripts."""
        self._scripts.update(names)

    def timed(self, commands: Sequence[Sequence[Any]], call: Callable[[], _Reply]) -> _Reply:
        """Make `call`, which sends `commands` in one round trip."""
        if not self.observers:
            return call()
        name, began_at = self._name(commands), time.perf_counter()
        try:
            reply = call()
        except redis.RedisError as error:
            self._tell(name, began_at, error)
            raise
        replies = reply if isinstance(reply, list) else ()
        self._tell(name, began_at, next((r for r in replies if isinstance(r, Exception)), None))
        return reply

    def _tell(self, name: str, began_at: float, error: Exception | None) -> None:
        took_s = time.perf_counter() - began_at
        for observer in self.observers:
            observer(name, took_s, error_word(error))

    def _name(self, commands: Sequence[Sequence[Any]]) -> str:
        verb, *rest = commands[0] if commands else (_PIPELINE,)
        if verb in _SCRIPTS and rest[0] in self._scripts:
            return self._scripts[rest[0]]
        return str(verb).lower().replace(" ", "_") if len(commands) == 1 else _PIPELINE


def error_word(error: Exception | None) -> str:
    """A reply's first word (OOM, READONLY, NOPERM) or the error's own name; "" for none.

    A script that Redis no longer had is no error: it is sent once more, as a whole.
    """
    if error is None or isinstance(error, redis.exceptions.NoScriptError):
        return ""
    # Not the rest of it: that may quote a key.
    word = str(error).split(" ", 1)[0] if type(error) is redis.ResponseError else ""
    return word if word.isalpha() and word.isupper() else type(error).__name__


class ObservedRedis(redis.Redis):
    """redis-py's client; `calls` has its observers."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - redis-py's own
        self.calls = RedisCalls()
        super().__init__(*args, **options)

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - redis-py's own
        send = super().execute_command
        return self.calls.timed((args,), lambda: send(*args, **options))  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: object = None) -> Pipeline:  # noqa: FBT001, FBT002 - redis-py's own
        return _ObservedPipeline(self, transaction, shard_hint)


class _ObservedPipeline(Pipeline):
    def __init__(self, client: ObservedRedis, transaction: bool, shard_hint: object) -> None:  # noqa: FBT001 - redis-py's own
        super().__init__(
            client.connection_pool, client.response_callbacks, transaction, shard_hint
        )
        self._calls = client.calls

    def parse_response(self, connection: Any, command_name: str, **options: Any) -> Any:  # noqa: ANN401 - redis-py's own
        try:
            return super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        except redis.RedisError:
            raise
        except BaseException:
            # The other replies stay unread, and must never be taken for somebody else's.
            connection.disconnect()
            raise

    def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - redis-py's own
        send = super().execute
        commands = [args for args, _ in self.command_stack]
        return self._calls.timed(commands, lambda: send(raise_on_error))
