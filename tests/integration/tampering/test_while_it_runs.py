"""Checks while people log in, events are trimmed and persons erased: nothing is found."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otp_service.domain.challenge import RequestOrigin
from tests.integration.tampering.audited import SHARD, Audited, a_number

CLI = RequestOrigin("cli")
CHECKS = 12
PEOPLE = 6


@contextmanager
def running(*steps: Callable[[], object]) -> Iterator[None]:
    """Each step over and over in a thread of its own, until the block ends."""
    stop, failures = threading.Event(), []

    def run(step: Callable[[], object]) -> None:
        try:
            while not stop.is_set():
                step()
        except Exception as error:  # noqa: BLE001 - told by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []


def test_no_false_alarm_while_people_log_in_and_others_are_erased(audited: Audited):
    chance = random.Random(7)

    def log_in() -> None:
        number = a_number(audited.client, chance.randrange(PEOPLE))
        number.client.delete(number.keys.sending)
        number.store.clear_lockout(number.subject, CLI)

    def erase() -> None:
        sum(audited.people.erase(a_number(audited.client, chance.randrange(PEOPLE)).subject, CLI))

    with running(log_in, erase):
        for _ in range(CHECKS):
            assert [line["event"] for line in audited.anchor() if "kind" in line] == []
            assert audited.findings(with_log=True) == []
    audited.anchor()
    assert audited.verify(with_log=True).shards[SHARD].unanchored == 0


STEPS = st.sampled_from(["log in", "wrong", "erase", "anchor", "restart", "trim", "clear"])


@pytest.mark.parametrize("with_log", [False, True])
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 3)), max_size=14))
def test_whatever_the_service_does_itself_is_intact(backend, with_log: bool, steps):
    backend.flushall()
    audited = Audited(backend)
    for step, index in steps:
        number = a_number(backend, index)
        if step == "log in":
            number.log_in()
        elif step == "wrong":
            number.send("a challenge")
            number.guess_wrong()
        elif step == "erase":
            sum(audited.people.erase(number.subject, CLI))
        elif step == "anchor":
            assert all(line["event"] == "audit_anchor" for line in audited.anchor())
        elif step == "restart":
            audited.anchoring = audited.new_process()
        elif step == "trim":
            number.client.xtrim(number.keys.audit, maxlen=10_000)
        else:
            number.store.clear_lockout(number.subject, CLI)
    assert audited.findings(with_log=with_log) == []
