"""deploy/redis/sentinel.conf: three Sentinels make the replica the master when the master dies."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from otp_service.demo.redis_process import find_redis_server
from tests.deployed_redis import DEPLOY, REDIS_CONF, make_secrets
from tests.e2e.conftest import await_condition, free_port

_HERE = "127.0.0.1"


class Pair:
    """A master, its replica and three Sentinels, with deploy/'s files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        make_secrets(folder, f"{_HERE}:6379")
        self.ports = [free_port(), free_port()]
        self.sentinel_ports = [free_port() for _ in range(3)]

    def password(self, user: str) -> str:
        return (self._folder / "redis" / f"{user}.password").read_text()

    def start_redis(self, port: int, *options: str) -> subprocess.Popen[bytes]:
        data = self._folder / f"redis-{port}"
        data.mkdir()
        # A copy: Sentinel has the server write down who its master is.
        conf = shutil.copy(REDIS_CONF, data)
        given = ["--dir", str(data), "--port", str(port), "--bind", _HERE, "--unixsocket", ""]
        given += ["--aclfile", str(self._folder / "redis" / "users.acl")]
        given += ["--masteruser", "replica", "--masterauth", self.password("replica")]
        return self._start([str(conf), *given, *options])

    def start_sentinel(self, port: int, master: int) -> None:
        text = (DEPLOY / "redis" / "sentinel.conf").read_text()
        text = text.replace("SENTINEL_PASSWORD", self.password("sentinel"))
        text = text.replace("REDIS_MASTER 6379", f"{_HERE} {master}")
        text = text.replace("port 26379", f"port {port}").replace(
            "/var/lib/redis", str(self._folder)
        )
        conf = self._folder / f"sentinel-{port}.conf"
        conf.write_text(text)
        self._start([str(conf), "--sentinel"])

    def _start(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        started = subprocess.Popen(
            [str(find_redis_server()), *arguments], stdout=subprocess.DEVNULL
        )
        self._stack.callback(started.wait)
        self._stack.callback(started.kill)
        return started

    def operator(self, port: int) -> redis.Redis:
        return redis.Redis(
            host=_HERE,
            port=port,
            username="operator",
            password=self.password("operator"),
            decode_responses=True,
        )

    def master_by(self, sentinel_port: int) -> int:
        """The port of the master, as a Sentinel tells those who have its password."""
        with redis.Redis(
            host=_HERE, port=sentinel_port, password=self.password("sentinel")
        ) as sentinel:
            try:
                return int(sentinel.sentinel_get_master_addr_by_name("otp-service")[1])
            except redis.ConnectionError:
                return 0

    def stop(self) -> None:
        self._stack.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def _is_replica_in_step(client: redis.Redis) -> bool:
    try:
        return client.info("replication").get("master_link_status") == "up"
    except redis.ConnectionError:
        return False


def _sentinels_known(pair: Pair) -> bool:
    with redis.Redis(
        host=_HERE, port=pair.sentinel_ports[0], password=pair.password("sentinel")
    ) as sentinel:
        try:
            told = sentinel.sentinel_master("otp-service")
        except redis.ConnectionError:
            return False
    return (told["num-other-sentinels"], told["num-slaves"]) == (2, 1)


def test_the_replica_takes_over_with_what_it_was_told(pair: Pair):
    first, second = pair.ports
    master = pair.start_redis(first)
    pair.start_redis(second, "--replicaof", f"{_HERE} {first}")
    with pair.operator(first) as before, pair.operator(second) as after:
        await_condition(lambda: _is_replica_in_step(after), "the replica to follow")
        for port in pair.sentinel_ports:
            pair.start_sentinel(port, first)
        await_condition(lambda: _sentinels_known(pair), "the Sentinels to find each other")
        before.set("{otp:00}:kept", "1")
        assert before.wait(1, 5000) == 1
        master.send_signal(signal.SIGKILL)
        await_condition(
            lambda: {pair.master_by(port) for port in pair.sentinel_ports} == {second},
            "the Sentinels to agree on the new master",
        )
        await_condition(lambda: after.info("replication")["role"] == "master", "the promotion")
        assert after.get("{otp:00}:kept") == "1"


def test_a_sentinel_answers_nobody_without_its_password(pair: Pair):
    pair.start_redis(pair.ports[0])
    (port, *_) = pair.sentinel_ports
    pair.start_sentinel(port, pair.ports[0])
    await_condition(lambda: pair.master_by(port) == pair.ports[0], "the Sentinel to answer")
    with (
        redis.Redis(host=_HERE, port=port) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.sentinel_masters()
