"""The Sentinel client: it follows the master, and forgets no Sentinel."""

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_sentinel import Sentinels
from tests.integration.store.waiting import until
from tests.redis_sentinels import SERVICE, WatchedRedis, free_port, running_sentinels


@pytest.fixture(scope="module")
def watched():
    with running_sentinels() as running:
        yield running


def test_a_master_that_was_demoted_is_left_at_once(watched: WatchedRedis):
    with connect(watched.url) as client:
        assert client.set("key", "first")
        demoted, port = watched.master, free_port()
        demoted.admin.replicaof("127.0.0.1", port)
        # Its connections live on: only the reply says that it is no master any more.
        with pytest.raises(redis.ConnectionError):
            client.set("key", "second")
        demoted.admin.replicaof("NO", "ONE")
        until(lambda: answers(client))


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.set("key", "third"))
    except redis.RedisError:
        return False


def test_the_list_of_sentinels_is_never_changed_under_another_thread(watched: WatchedRedis):
    hosts = [("127.0.0.1", free_port())]
    hosts += [("127.0.0.1", port) for port in watched.sentinel_ports]
    sentinels = Sentinels(hosts, sentinel_kwargs={"retry": Retry(NoBackoff(), 0)})
    seen_by_another = sentinels.sentinels
    before = list(seen_by_another)
    assert sentinels.discover_master(SERVICE)[1] == watched.master.port
    assert seen_by_another == before
    # The silent one is not asked first again, and none is forgotten.
    assert sentinels.sentinels[0] is before[1]
    assert set(map(id, sentinels.sentinels)) == set(map(id, before))


def test_a_service_that_no_sentinel_knows_is_a_connection_error(watched: WatchedRedis):
    url = watched.url.replace(SERVICE, "another")
    with connect(url) as client, pytest.raises(redis.ConnectionError):
        client.ping()
