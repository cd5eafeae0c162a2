"""REDIS_URL: one server, or a list of hosts that know where the servers are."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.connection import parse_url

SCHEMES = (
    "redis",
    "rediss",
    "unix",
    "redis+sentinel",
    "rediss+sentinel",
    "redis+cluster",
    "rediss+cluster",
)
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_DATABASE = re.compile(r"[0-9]{0,4}", re.ASCII)
_SENTINEL_PORT, _SERVER_PORT = 26_379, 6_379


class Topology(StrEnum):
    """What stands at the other end."""

    SERVER = ""
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """`hosts` are the Sentinels, or nodes of the Cluster; none for a single server.

    `options` are redis-py's of a server's connection, `sentinel_options` of a Sentinel's own.
    """

    topology: Topology
    hosts: tuple[tuple[str, int], ...] = ()
    service: str = ""
    options: dict[str, Any] = field(default_factory=dict, repr=False)
    sentinel_options: dict[str, Any] = field(default_factory=dict, repr=False)


def read_redis_url(url: str) -> RedisAddress:
    """Read `redis+sentinel://[user:password@]host:port,…/service[/db][?…]` and its like.

    The query may hold redis-py's options (`ssl_ca_certs`), and `sentinel_username` and
    `sentinel_password`, for Sentinels that want to know who asks. Raise ValueError, whose text
    quotes nothing of the URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"must begin with {', '.join(f'{scheme}://' for scheme in SCHEMES)}")
    scheme, _, kind = parts.scheme.partition("+")
    topology = Topology(kind)
    if topology is Topology.SERVER:
        return RedisAddress(topology)
    credentials, _, hosts = parts.netloc.rpartition("@")
    service, database = _path(topology, parts.path)
    options: dict[str, Any] = parse_url(  # type: ignore[no-untyped-call]
        f"{scheme}://{credentials}@host/{database or 0}?{parts.query}"
    )
    tls = {name: options[name] for name in options if name.startswith("ssl_")}
    if options.pop("connection_class", None):
        options["ssl"] = tls["ssl"] = True
    sentinel_options = tls | {
        name: options.pop(f"sentinel_{name}")
        for name in ("username", "password")
        if f"sentinel_{name}" in options
    }
    del options["host"]
    if topology is Topology.CLUSTER:
        # A Cluster has only this one, and no command to choose it.
        del options["db"]
    return RedisAddress(topology, _hosts(topology, hosts), service, options, sentinel_options)


def _hosts(topology: Topology, text: str) -> tuple[tuple[str, int], ...]:
    default = _SENTINEL_PORT if topology is Topology.SENTINEL else _SERVER_PORT
    hosts = []
    for name_and_port in text.split(","):
        host = _HOST.fullmatch(name_and_port)
        if not host:
            raise ValueError("must name its hosts as host:port,host:port")
        hosts.append((host["name"].strip("[]"), int(host["port"] or default)))
    return tuple(hosts)


def _path(topology: Topology, path: str) -> tuple[str, str]:
    """The Sentinels' name of the master, and the database."""
    service, _, database = unquote(path).lstrip("/").partition("/")
    if topology is Topology.CLUSTER:
        if service not in ("", "0") or database:
            raise ValueError("a Cluster has no database but 0")
        return "", ""
    if not service or not _DATABASE.fullmatch(database):
        raise ValueError("must end in /SERVICE or /SERVICE/DB: what the Sentinels call the master")
    return service, database
