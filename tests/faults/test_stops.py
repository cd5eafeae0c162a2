"""An instance ends in the middle of sends, asked to or killed: none is lost or sent twice."""

import signal
from concurrent.futures import Future, ThreadPoolExecutor

from otp_service.adapters.redis_challenge_store import IN_FLIGHT_LOCK_MS
from tests.deploy.instances import status_over
from tests.e2e.aftermath import audit_report, events_of
from tests.e2e.conftest import await_condition
from tests.faults.office import Heard, Office, together


def asked_for(office: Office, phones: list[str], pool: ThreadPoolExecutor) -> list[Future[Heard]]:
    """One message each; nginx takes turns, so both instances have some. All wait for Meta."""
    asked = [pool.submit(office.send, phone) for phone in phones]
    await_condition(lambda: office.meta.taken(phones) == len(phones), "all to wait for Meta")
    return asked


def test_sigterm_lets_sends_end_and_signs_the_audit(office: Office):
    first, second = office.instances
    people = [f"+1239555{number}" for number in range(4100, 4106)]
    later = [f"+1239555{number}" for number in range(4110, 4114)]
    with office.meta.slow(), ThreadPoolExecutor(len(people)) as pool:
        asked = asked_for(office, people, pool)
        first.begin_to_stop()
        await_condition(lambda: status_over(first.socket) == 0, "its door to close")
        assert not any(one.done() for one in asked), "they were to be in flight"
        office.meta.hurry()
        # Whoever comes now finds the other one.
        assert [office.send(phone).code for phone in later] == [None] * len(later)
        assert [one.result().code for one in asked] == [None] * len(people)
    assert together([first.ended, second.stop]) == [0, 0]
    # Nobody is left to sign what they did last.
    report = audit_report(office.variables)
    assert report.intact
    assert sum(shard.unanchored for shard in report.shards) == 0
    assert sum(shard.events for shard in report.shards) == len(events_of(office.operator))
    office.open()
    for phone in (*people, *later):
        assert len(office.meta.messages(phone)) == 1
        office.assert_logs_in_once(phone, office.passcode(phone))
    office.assert_nothing_lost_or_done_twice()


def test_kill_9_in_the_middle_of_sends_repeats_none_and_locks_nobody_out(office: Office):
    people = ["+12395554120", "+12395554121"]
    with office.meta.slow(), ThreadPoolExecutor(len(people)) as pool:
        asked = asked_for(office, people, pool)
        office.instances[0].stop(signal.SIGKILL)
        office.meta.hurry()
        told = {phone: one.result() for phone, one in zip(people, asked, strict=True)}
    served, lost = sorted(people, key=lambda phone: told[phone].status)
    assert (told[served].status, told[lost].status) == (200, 503)
    assert told[lost].code == "store_unavailable"
    # The message is in the person's hand, though nobody was told so: its code works, once.
    assert [len(office.meta.messages(phone)) for phone in people] == [1, 1]
    # The proxy answers 503 by itself until it has found out which of the two is left.
    await_condition(lambda: office.send(lost).code != "store_unavailable", "the other instance")
    again = office.send(lost)
    assert (again.status, again.code) == (409, "send_in_progress")
    for phone in people:
        office.assert_logs_in_once(phone, office.passcode(phone))
    (lock,) = office.operator.scan_iter("*:sending:*")
    assert 0 < office.operator.pttl(lock) < IN_FLIGHT_LOCK_MS
    # It ends by itself; here somewhat earlier than in life.
    office.operator.pexpire(lock, 50)
    await_condition(lambda: office.send(lost).status == 200, "the lock to end")
    assert len(office.meta.messages(lost)) == 2
    office.assert_logs_in_once(lost, office.passcode(lost))
    office.assert_nothing_lost_or_done_twice()
