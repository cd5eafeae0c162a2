"""A Redis Cluster behind the interface of one server: each command goes to its key's node.

redis-py's own RedisCluster is asked only who serves what. Its pipelines send again whatever timed
out, and refuse the scripts that this service consists of.
"""

import random
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import redis
from redis.client import Pipeline, PubSub
from redis.cluster import ClusterNode
from redis.exceptions import AskError, MovedError, TryAgainError

from otp_service.adapters.redis_calls import ObservedRedis
from otp_service.adapters.redis_cluster_commands import (
    EVERYWHERE,
    Command,
    Unit,
    key_of,
    units_of,
)
from otp_service.adapters.redis_cluster_map import ClusterMap

# Of one command: a slot that moves is announced by one, sometimes by two.
_MOST_REDIRECTIONS = 5
_TRY_AGAIN_AFTER_S = 0.05

Reply: TypeAlias = Any


class ClusterClient(ObservedRedis):
    """`hosts` are some of the nodes; `options` are those of the connections to any node.

    Does not connect yet. A command that may have been carried out is never sent again: only what
    a node refused with MOVED, ASK or TRYAGAIN goes to another one.
    """

    def __init__(self, hosts: Sequence[tuple[str, int]], options: dict[str, Any]) -> None:
        super().__init__(host=hosts[0][0], port=hosts[0][1], **options)
        self._map = ClusterMap(hosts, options)

    def execute_command(self, *args: Any, **options: Any) -> Reply:  # noqa: ANN401 - redis-py's own
        return self.calls.timed((args,), lambda: self._execute((args, options)))

    def _execute(self, command: Command) -> Reply:
        args, _ = command
        if args[0] in EVERYWHERE:
            replies = [self._ask(node, [command])[0] for node in self._map.primaries()]
        elif key_of(args) is None:
            replies = [self._ask_anyone(command)]
        else:
            replies = self.exchange([command])
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
        return replies[0]

    def pipeline(self, transaction: bool = True, shard_hint: object = None) -> Pipeline:  # noqa: ARG002, FBT001, FBT002 - redis-py's own
        """A transaction has to stay in one slot; anything else may go to any number of nodes."""
        return _ClusterPipeline(self, transaction=transaction)

    def pubsub(self, **options: Any) -> PubSub:  # noqa: ANN401 - redis-py's own
        """Of any node: a Cluster tells a message to all of them."""
        node = random.choice(self._map.primaries())  # noqa: S311 - spreads the load, no secret
        subscription: PubSub = self._map.client_of(node).pubsub(**options)  # type: ignore[no-untyped-call]
        return subscription

    def scan_iter(self, *args: Any, **options: Any) -> Iterator[Any]:  # noqa: ANN401 - redis-py's own
        for node in self._map.primaries():
            yield from self._map.client_of(node).scan_iter(*args, **options)

    def close(self) -> None:
        super().close()
        self._map.close()

    def exchange(self, commands: Sequence[Command], *, atomic: bool = False) -> list[Reply]:
        """One round trip to each node that is concerned; errors that Redis replies are replies.

        Raise redis.ConnectionError or redis.TimeoutError: then any of it may have been done.
        """
        replies: list[Reply] = [None] * len(commands)
        by_node: dict[ClusterNode, list[Unit]] = {}
        for unit in units_of(commands, atomic=atomic):
            by_node.setdefault(self._map.node_of(unit.key), []).append(unit)
        for node, units in by_node.items():
            sent = [commands[place] for unit in units for place in unit.places]
            answers = iter(self._ask(node, sent, atomic=atomic))
            for unit in units:
                own = [commands[place] for place in unit.places]
                answered = [next(answers) for _ in own]
                settled = self._follow(unit, own, answered, atomic=atomic)
                for place, reply in zip(unit.places, settled, strict=True):
                    replies[place] = reply
        return replies

    def _follow(
        self, unit: Unit, commands: Sequence[Command], replies: list[Reply], *, atomic: bool
    ) -> list[Reply]:
        """Send what a node refused to where it said."""
        for _ in range(_MOST_REDIRECTIONS):
            refused = next((r for r in replies if isinstance(r, (AskError, TryAgainError))), None)
            if refused is None:
                break
            if isinstance(refused, TryAgainError):
                time.sleep(_TRY_AGAIN_AFTER_S)
                node, asking = self._map.node_of(unit.key), False
            elif isinstance(refused, MovedError):
                node, asking = self._map.moved_to(refused.host, refused.port), False
            elif atomic:
                # ASKING is for one command, and a transaction cannot hold it.
                break
            else:
                node, asking = self._map.moved_to(refused.host, refused.port), True
            replies = self._ask(node, commands, atomic=atomic, asking=asking)
        return replies

    def _ask(
        self,
        node: ClusterNode,
        commands: Sequence[Command],
        *,
        atomic: bool = False,
        asking: bool = False,
    ) -> list[Reply]:
        pipeline = self._map.client_of(node).pipeline(transaction=atomic)
        for args, options in commands:
            if asking:
                pipeline.execute_command("ASKING")  # type: ignore[no-untyped-call]
            pipeline.execute_command(*args, **options)  # type: ignore[no-untyped-call]
        try:
            replies: list[Reply] = pipeline.execute(raise_on_error=False)
        except (AskError, TryAgainError) as refused:
            # Of a transaction nothing is done when one part of it is refused.
            return [refused] * len(commands)
        except (redis.ConnectionError, redis.TimeoutError):
            self._map.look_again(node)
            raise
        return replies[1::2] if asking else replies

    def _ask_anyone(self, command: Command) -> Reply:
        failure: Exception = redis.ConnectionError("The Cluster has no primary.")
        nodes = self._map.primaries()
        for node in random.sample(nodes, len(nodes)):
            try:
                return self._ask(node, [command])[0]
            except (redis.ConnectionError, redis.TimeoutError) as error:
                failure = error
        return failure


class _ClusterPipeline(Pipeline):
    """Collects as redis-py's does, and lets the client send."""

    def __init__(self, client: ClusterClient, *, transaction: bool) -> None:
        super().__init__(client.connection_pool, client.response_callbacks, transaction, None)
        self._client = client

    def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - redis-py's own
        commands: list[Command] = self.command_stack
        try:
            replies = self._client.calls.timed(
                [args for args, _ in commands],
                lambda: self._client.exchange(commands, atomic=bool(self.transaction)),
            )
        finally:
            self.reset()
        if raise_on_error:
            self.raise_first_error(commands, replies)  # type: ignore[no-untyped-call]
        return replies
