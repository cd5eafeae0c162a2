"""REDIS_URL: what each of its forms leads to, and what is refused."""

from typing import Any

import pytest

from otp_service.adapters.redis_address import Topology, read_redis_url
from otp_service.adapters.redis_connection import connect


@pytest.mark.parametrize(
    "url", ["redis://cache:6379/1", "rediss://cache", "unix:///run/redis.sock?db=2"]
)
def test_one_server_is_left_to_redis_py(url):
    address = read_redis_url(url)
    assert (address.topology, address.hosts) == (Topology.SERVER, ())


def test_sentinels_with_everything():
    address = read_redis_url(
        "rediss+sentinel://otp:p%40ss@one:26380,two,[::1]:26381/otp-master/3"
        "?ssl_ca_certs=/ca.pem&sentinel_username=watch&sentinel_password=w%26x"
    )
    assert address.topology is Topology.SENTINEL
    assert address.hosts == (("one", 26380), ("two", 26379), ("::1", 26381))
    assert address.service == "otp-master"
    assert address.options == {
        "username": "otp",
        "password": "p@ss",
        "db": 3,
        "ssl": True,
        "ssl_ca_certs": "/ca.pem",
    }
    assert address.sentinel_options == {
        "username": "watch",
        "password": "w&x",
        "ssl": True,
        "ssl_ca_certs": "/ca.pem",
    }


def test_sentinels_with_nothing_but_names():
    address = read_redis_url("redis+sentinel://one/otp-master")
    assert (address.options, address.sentinel_options) == ({"db": 0}, {})


@pytest.mark.parametrize("path", ["", "/", "/0"])
def test_a_cluster_by_some_of_its_nodes(path):
    address = read_redis_url(f"redis+cluster://:secret@one:7000,two{path}")
    assert address.topology is Topology.CLUSTER
    assert address.hosts == (("one", 7000), ("two", 6379))
    assert address.options == {"password": "secret"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://cache", "must begin with redis://"),
        ("redis+sentinel://one:26379", "must end in /SERVICE"),
        ("redis+sentinel://one/otp-master/first", "must end in /SERVICE"),
        ("redis+sentinel://one,,two/otp-master", "must name its hosts"),
        ("redis+sentinel:///otp-master", "must name its hosts"),
        ("redis+cluster://one:port", "must name its hosts"),
        ("redis+cluster://one/1", "no database but 0"),
        ("redis+cluster://one/0/1", "no database but 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(url, why):
    with pytest.raises(ValueError, match=why):
        read_redis_url(url)


def test_nothing_secret_is_shown():
    address = read_redis_url("redis+sentinel://:hunter2@one/otp?sentinel_password=hunter3")
    assert "hunter" not in repr(address)


def test_tls_reaches_the_sentinels_the_master_and_every_node():
    for url in ("rediss+sentinel://one/otp", "rediss+cluster://one"):
        with connect(url) as client:
            assert "SSL" in client.connection_pool.connection_class.__name__


def test_nothing_is_ever_tried_twice():
    for url in ("redis+sentinel://one/otp", "redis+cluster://one"):
        with connect(url) as client:
            assert client.get_retry().get_retries() == 0
    pool: Any = connect("redis+sentinel://one/otp").connection_pool
    sentinels = pool.sentinel_manager.sentinels
    assert [sentinel.get_retry().get_retries() for sentinel in sentinels] == [0]
