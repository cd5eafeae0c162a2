"""A real Redis Cluster: three primaries, a replica each, all on this machine."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import redis

from otp_service.demo.redis_process import RedisProcess, running_redis
from tests.integration.store.waiting import until

SLOTS = 16_384
_PRIMARIES = 3
_BUS_PORT_OFFSET = 10_000
# How long a node is silent before the others hold an election.
NODE_TIMEOUT_MS = 1_500


def port_with_bus() -> int:
    """A free port whose companion, the Cluster's bus, is free as well."""
    while True:
        with socket.socket() as bus, socket.socket() as own:
            bus.bind(("127.0.0.1", 0))
            port = int(bus.getsockname()[1]) - _BUS_PORT_OFFSET
            try:
                own.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return port


def cluster_options(port: int) -> list[str]:
    options = ["--save", "", "--bind", "127.0.0.1", "--port", str(port)]
    return [*options, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"]


@dataclass(frozen=True)
class ClusterMember:
    """One node; `admin` is its unix socket's client, which works whatever the Cluster thinks."""

    port: int
    process: RedisProcess
    admin: redis.Redis

    @property
    def node_id(self) -> str:
        return str(self.admin.execute_command("CLUSTER MYID"))

    def info(self, section: str) -> dict[str, Any]:
        found: dict[str, Any] = self.admin.info(section)
        return found

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(int(self.info("server")["process_id"]), number)


@dataclass(frozen=True)
class RunningCluster:
    """The first three members began as primaries, each of the next three as one's replica."""

    members: list[ClusterMember]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members[:2])
        return f"redis+cluster://{hosts}"

    def primary_of(self, key: str) -> ClusterMember:
        slot = self.members[-1].admin.execute_command("CLUSTER KEYSLOT", key)
        for first, last, (_, port, *_), *_ in self._slots():
            if int(first) <= slot <= int(last):
                return next(member for member in self.members if member.port == int(port))
        raise AssertionError("nobody serves the slot")

    def _slots(self) -> list[Any]:
        # Raw: redis-py turns the reply into something else.
        found: list[Any] = self.members[-1].admin.eval("return redis.call('cluster', 'slots')", 0)
        return found


@contextmanager
def running_cluster(*more: str) -> Iterator[RunningCluster]:
    """Six nodes with `more` options each, all slots served and every replica in step."""
    with ExitStack() as stack:
        members = []
        for _ in range(2 * _PRIMARIES):
            port = port_with_bus()
            options = [*cluster_options(port), "--cluster-node-timeout", str(NODE_TIMEOUT_MS)]
            options += ["--repl-diskless-sync-delay", "0"]
            options += ["--cluster-require-full-coverage", "no", *more]
            process = stack.enter_context(running_redis(None, options))
            admin = redis.Redis.from_url(process.url, decode_responses=True)
            stack.callback(admin.close)
            members.append(ClusterMember(port, process, admin))
        _join(members)
        yield RunningCluster(members)


def _join(members: list[ClusterMember]) -> None:
    bounds = [SLOTS * index // _PRIMARIES for index in range(_PRIMARIES + 1)]
    for index, member in enumerate(members):
        member.admin.execute_command("CLUSTER SET-CONFIG-EPOCH", index + 1)
        if index < _PRIMARIES:
            slots = range(bounds[index], bounds[index + 1])
            member.admin.execute_command("CLUSTER ADDSLOTS", *slots)
        member.admin.execute_command("CLUSTER MEET", "127.0.0.1", members[0].port)
    until(lambda: all(_known(member) == len(members) for member in members))
    for primary, replica in zip(members, members[_PRIMARIES:], strict=False):
        until(lambda replica=replica, primary=primary: _replicates(replica, primary))  # type: ignore[misc]
    until(lambda: all(_whole(member) for member in members))
    until(lambda: all(_replicated(primary) for primary in members[:_PRIMARIES]))


def _known(member: ClusterMember) -> int:
    return int(_state(member)["cluster_known_nodes"])


def _replicates(replica: ClusterMember, primary: ClusterMember) -> bool:
    try:
        replica.admin.execute_command("CLUSTER REPLICATE", primary.node_id)
    except redis.ResponseError:
        # It has not heard of that node yet.
        return False
    return True


def _whole(member: ClusterMember) -> bool:
    # A node that needs no full coverage is content before it has heard who serves the other slots.
    state = _state(member)
    return state["cluster_state"] == "ok" and int(state["cluster_slots_ok"]) == SLOTS


def _replicated(primary: ClusterMember) -> bool:
    replica: Any = primary.info("replication").get("slave0", {})
    return bool(replica.get("state") == "online")


def _state(member: ClusterMember) -> dict[str, Any]:
    found: dict[str, Any] = member.admin.execute_command("CLUSTER INFO")
    return found
