"""A real master with two replicas, and three Sentinels that watch it."""

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from otp_service.demo.owned_process import OwnedProcess
from otp_service.demo.redis_process import RedisProcess, find_redis_server, running_redis
from tests.integration.store.waiting import until

SERVICE = "otp-master"
_REPLICAS, _SENTINELS, _QUORUM = 2, 3, 2
# How long a master is silent before the Sentinels give it up.
DOWN_AFTER_MS = 1_500


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Replicated:
    """One server of the three; `admin` is its unix socket's client."""

    port: int
    process: RedisProcess
    admin: redis.Redis

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(int(self.admin.info("server")["process_id"]), number)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Deaf and mute, but there, for as long as the block."""
        process_id = int(self.admin.info("server")["process_id"])
        os.kill(process_id, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process_id, signal.SIGCONT)


@dataclass(frozen=True)
class WatchedRedis:
    servers: list[Replicated]
    sentinel_ports: list[int]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinel_ports)
        return f"redis+sentinel://{hosts}/{SERVICE}"

    @property
    def master(self) -> Replicated:
        """As the Sentinels see it."""
        with redis.Redis(port=self.sentinel_ports[0], decode_responses=True) as sentinel:
            port = int(sentinel.sentinel_master(SERVICE)["port"])
        return next(server for server in self.servers if server.port == port)

    @property
    def replicas(self) -> list[Replicated]:
        return [server for server in self.servers if server.port != self.master.port]


@contextmanager
def running_replicas(*more: str, replicas: int = _REPLICAS) -> Iterator[list[Replicated]]:
    """A master, first, and its replicas in step with it; `more` options for each."""
    with ExitStack() as stack:
        servers: list[Replicated] = []
        for _ in range(1 + replicas):
            port = free_port()
            options = ["--save", "", "--bind", "127.0.0.1", "--port", str(port)]
            options += ["--repl-diskless-sync-delay", "0", *more]
            if servers:
                options += ["--replicaof", "127.0.0.1", str(servers[0].port)]
            process = stack.enter_context(running_redis(None, options))
            admin = redis.Redis.from_url(process.url, decode_responses=True)
            stack.callback(admin.close)
            servers.append(Replicated(port, process, admin))
        until(lambda: all(_online(servers[0], index) for index in range(replicas)))
        yield servers


@contextmanager
def running_sentinels() -> Iterator[WatchedRedis]:
    """Everything up, and every Sentinel aware of the others and of the replicas."""
    with running_replicas() as servers, ExitStack() as stack:
        ports = [free_port() for _ in range(_SENTINELS)]
        for port in ports:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="otp-watch-")))
            configuration = folder / "sentinel.conf"
            configuration.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
                f"sentinel monitor {SERVICE} 127.0.0.1 {servers[0].port} {_QUORUM}\n"
                f"sentinel down-after-milliseconds {SERVICE} {DOWN_AFTER_MS}\n"
                f"sentinel failover-timeout {SERVICE} 6000\n"
            )
            command = [str(find_redis_server()), str(configuration), "--sentinel"]
            stack.callback(OwnedProcess(command, quiet=True).stop)
        until(lambda: all(_aware(port) for port in ports))
        yield WatchedRedis(servers, ports)


def _online(master: Replicated, index: int) -> bool:
    replica: Any = master.admin.info("replication").get(f"slave{index}", {})
    return bool(replica.get("state") == "online")


def _aware(port: int) -> bool:
    try:
        with redis.Redis(port=port, decode_responses=True) as sentinel:
            known = sentinel.sentinel_master(SERVICE)
    except redis.ConnectionError:
        return False
    others, replicas = int(known["num-other-sentinels"]), int(known["num-slaves"])
    return others == _SENTINELS - 1 and replicas == _REPLICAS
