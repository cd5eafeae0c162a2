"""Meta slow, down, throttling, refusing: the caller hears the truth, and loses nothing by it."""

from concurrent.futures import ThreadPoolExecutor

from tests.e2e.conftest import await_condition
from tests.faults.conftest import THREADS
from tests.faults.office import Heard, Office

# Of both instances together.
_SLOTS = THREADS


def phones(first: int, count: int) -> list[str]:
    return [f"+1239555{number}" for number in range(first, first + count)]


def assert_has_three_places(office: Office, phone: str) -> None:
    """Of three messages in a quarter of an hour not one is spent."""
    assert [office.send(phone).code for _ in range(4)] == [None, None, None, "rate_limited"]


def test_a_slow_meta_holds_up_only_its_own_sends(office: Office):
    waiting, *people = phones(4000, 1 + _SLOTS + 8)
    earlier = office.sent_passcode(waiting)
    with office.meta.slow(), ThreadPoolExecutor(len(people)) as pool:
        asked = [pool.submit(office.send, phone) for phone in people]
        await_condition(
            lambda: office.meta.taken(people) + sum(one.done() for one in asked) == len(people),
            "each to be at Meta or refused",
        )
        at_meta = [one for one in asked if not one.done()]
        office.assert_logs_in_once(waiting, earlier)
        assert not any(one.done() for one in at_meta), "they were to be in flight"
        office.meta.hurry()
        told = [one.result() for one in asked]
    served = [phone for phone, one in zip(people, told, strict=True) if one.code is None]
    refused = [one for one in told if one.code]
    assert len(served) == len(at_meta) <= _SLOTS
    # Nginx takes turns, so that both are full.
    assert len(served) > _SLOTS / 2
    for one in refused:
        assert (one.status, one.code) == (503, "delivery_unavailable")
        assert one.told["retryAfter"] == 1
    assert office.reasons()["capacity"] == len(refused)
    office.assert_logs_in_once(served[0], office.passcode(served[0]))
    office.assert_nothing_lost_or_done_twice()


def test_a_second_click_while_the_first_is_at_meta_sends_nothing(office: Office):
    phone = "+12395554030"
    with office.meta.slow(), ThreadPoolExecutor(1) as pool:
        first = pool.submit(office.send, phone)
        await_condition(lambda: office.meta.taken([phone]), "Meta to be asked")
        clicks = [office.send(phone, step) for step in ("send", "resend")]
        assert not first.done(), "it was to be in flight"
        office.meta.hurry()
        assert first.result().status == 200
    assert [(one.status, one.code) for one in clicks] == [(409, "send_in_progress")] * 2
    assert len(office.meta.messages(phone)) == 1
    office.assert_logs_in_once(phone, office.passcode(phone))
    office.assert_nothing_lost_or_done_twice()


def test_a_meta_that_is_down_is_given_up_on_and_found_again(office: Office):
    waiting, back, *people = phones(4040, 2 + 12)
    earlier = office.sent_passcode(waiting)
    office.meta.stop()
    try:
        told = [office.send(phone) for phone in people]
        office.assert_logs_in_once(waiting, earlier)
    finally:
        office.meta.start()
    assert {(one.status, one.code) for one in told} == {(503, "delivery_unavailable")}
    assert office.reasons()["circuit_open"] >= len(people) - 2 * 3
    # Nobody waits for a Meta of which we know that it is away.
    assert all(one.seconds < 3 and one.told["retryAfter"] == 1 for one in told[-2:])
    # On both, which nginx asks in turns: each finds out for itself.
    await_condition(
        lambda: {office.send(back).code for _ in range(2)} <= {None, "rate_limited"},
        "the circuits to close",
    )
    assert_has_three_places(office, people[-1])
    office.assert_logs_in_once(people[-1], office.passcode(people[-1]))
    office.assert_nothing_lost_or_done_twice()


def throttled(office: Office, code: int, phone: str) -> Heard:
    with office.meta.refusing(code):
        return office.send(phone)


def test_a_meta_that_throttles_is_obeyed_and_costs_nobody_a_place(office: Office):
    """Its number's throughput, one person's, the account's; each with the wait that Meta says."""
    waits = {130429: None, 131056: 60, 80007: 300}
    people = phones(4070, len(waits))
    for phone, (code, wait_s) in zip(people, waits.items(), strict=True):
        told = throttled(office, code, phone)
        assert (told.status, told.code) == (503, "delivery_unavailable")
        assert told.told.get("retryAfter") == wait_s
        assert office.meta.messages(phone) == []
        assert_has_three_places(office, phone)
        office.assert_logs_in_once(phone, office.passcode(phone))
    office.assert_nothing_lost_or_done_twice()


def test_a_meta_that_refuses_us_is_our_fault_and_nobody_else_s(office: Office):
    """A paused template, a dead token, an unpaid bill."""
    for phone, code in zip(phones(4080, 3), (132015, 190, 131042), strict=True):
        earlier = office.sent_passcode(phone)
        with office.meta.refusing(code):
            told = office.send(phone, "resend")
        assert (told.status, told.code) == (502, "delivery_failed")
        for word in ("meta", "token", "template", "bill", str(code)):
            assert word not in told.told["message"].lower()
        assert len(office.meta.messages(phone)) == 1
        # Refused, the resend has replaced nothing and spent nothing.
        assert [office.send(phone, "resend").code for _ in range(3)] == [
            None,
            None,
            "rate_limited",
        ]
        assert office.validate(phone, earlier).code == "invalid_code"
        office.assert_logs_in_once(phone, office.passcode(phone))
    office.assert_nothing_lost_or_done_twice()
