"""REDIS_WAIT_REPLICAS: what no replica has confirmed is not answered for."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import redis

from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_scripts import NotReplicatedError, ReplicaWait
from otp_service.domain.challenge import SendTicket
from otp_service.domain.errors import IdentityChangedError, StoreUnavailableError
from tests.integration.store.number import ORIGIN, Number
from tests.redis_cluster import running_cluster
from tests.redis_sentinels import Replicated, running_replicas

MISMATCH = "identity_changed:137000"


@pytest.fixture(scope="module")
def replica() -> Iterator[tuple[str, Replicated]]:
    """A master's URL, and its only replica."""
    with running_replicas(replicas=1) as (master, only):
        yield master.process.url, only


def number_on(client: redis.Redis, replicas: int) -> Number:
    client.flushall()
    return Number(client, wait=ReplicaWait(replicas, timeout_ms=600))


def test_a_login_that_a_replica_has_is_granted(replica):
    url, only = replica
    with connect(url) as client:
        number = number_on(client, 1)
        session = number.log_in()
        assert only.admin.zscore(number.keys.sessions, session.session_id)


def test_after_redis_lost_its_scripts_the_replica_is_waited_for_as_well(replica):
    url, only = replica
    with connect(url) as client:
        number = number_on(client, 1)
        client.script_flush()
        number.arm("first")
        assert only.admin.hget(number.keys.pending, "id") == "first"


def test_a_replica_that_lags_closes_the_door(replica):
    url, only = replica
    with connect(url) as client:
        number = number_on(client, 1)
        number.send("first")
        with only.stopped(), pytest.raises(StoreUnavailableError) as refusal:
            number.count()
        assert isinstance(refusal.value.__cause__, NotReplicatedError)
        # The try is spent all the same: whoever lost the answer may have had it.
        assert number.failures() == 1
        assert number.win(number.count()).role


@pytest.mark.parametrize("told", ["report", "came_to", "answer", "repeated"])
def test_that_a_number_is_refused_is_waited_for(replica, told):
    url, only = replica
    with connect(url) as client:
        number = replace(number_on(client, 1), keeps_identity=True)
        number.log_in("known")
        number.report("challenge of known", "delivered", came_to="hash")
        ticket = number.arm("first")
        if told == "repeated":
            number.report("first", "failed", failure=MISMATCH)
        with only.stopped(), pytest.raises(StoreUnavailableError) as refusal:
            end_trust(number, ticket, told)
        assert isinstance(refusal.value.__cause__, NotReplicatedError)
        assert client.hexists(number.keys.identity, "changed")
        assert not client.exists(number.keys.sessions)


def test_other_reports_are_not_waited_for(replica):
    url, only = replica
    with connect(url) as client:
        number = replace(number_on(client, 1), keeps_identity=True)
        number.log_in("known")
        with only.stopped():
            number.report("challenge of known", "delivered", "read", came_to="hash")
        assert number.state("challenge of known") == "read"


def end_trust(number: Number, ticket: SendTicket, told: str) -> None:
    if told == "answer":
        number.store.withdraw_send(ticket, IdentityChangedError(meta_code=137000), ORIGIN)
    elif told == "came_to":
        number.report("first", "delivered", came_to="another hash")
    else:
        number.report("first", "failed", failure=MISMATCH)


def test_an_error_of_the_script_is_told_before_that_of_the_replicas(replica):
    url, _ = replica
    with connect(url) as client:
        number = number_on(client, 1)
        client.set(number.keys.audit, "not a stream")
        with pytest.raises(StoreUnavailableError) as refusal:
            number.count()
        assert isinstance(refusal.value.__cause__, redis.ResponseError)


def test_on_a_cluster_it_is_the_replicas_of_that_number_s_node():
    with running_cluster() as cluster, connect(cluster.url) as client:
        assert number_on(client, 1).log_in().session_id
        with pytest.raises(StoreUnavailableError) as refusal:
            number_on(client, 2).log_in()
        assert isinstance(refusal.value.__cause__, NotReplicatedError)
