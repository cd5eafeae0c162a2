"""The button "I didn't request a code": it voids that message's passcode, and only that one."""

from functools import partial
from typing import TYPE_CHECKING

import pytest

from otp_service.domain.challenge import SendKind
from otp_service.domain.delivery import DeliveryState
from otp_service.domain.errors import ExpiredCodeError
from otp_service.domain.subject import Subject
from tests.integration.store.number import MASKED, ORIGIN, Event, Number
from tests.integration.store.race import ROUNDS, races
from tests.integration.store.servers import client_of

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_MS = 86_400_000
MANY_EVENTS = 300


def disowned(challenge_id: str, reason: str) -> Event:
    return Event(
        "passcode_disowned",
        "success",
        reason,
        request_id=challenge_id,
        message_id=f"message of {challenge_id}",
    )


def flags(number) -> list[Event]:
    return [event for event in number.events() if event.event == "number_flagged"]


@pytest.mark.parametrize(
    "known", [True, False], ids=["number as ours", "number written otherwise"]
)
def test_a_disowned_passcode_stops_working_and_is_on_record(number, known):
    number.send("first")
    number.disown("first", known=known)
    assert number.events(3) == [disowned("first", "voided")]
    assert number.alive() == []
    with pytest.raises(ExpiredCodeError):
        number.count("first")
    assert number.entries()[3][1]["client_id"] == "meta"


def test_a_number_that_meta_writes_as_another_persons_is_still_found_by_the_message(number):
    number.send("first")
    other = number.someone_else()
    other.send("theirs")
    number.deliveries.disown([("message of first", other.subject)])
    assert number.alive() == []
    assert other.alive() == ["theirs"]
    assert number.events(-1) == [disowned("first", "voided")]


def test_disowning_changes_nothing_of_the_delivery(number):
    number.send("first")
    number.report("first", "delivered")
    number.disown("first")
    assert number.delivery("first").state == DeliveryState.DELIVERED
    assert number.delivery("first").expires_in_s == 0


def test_pressed_under_an_older_message_the_newer_code_lives(number):
    number.send("first")
    number.send("second", SendKind.RESEND)
    number.disown("first")
    assert number.events(-1) == [disowned("first", "none_alive")]
    assert number.alive() == ["second"]


def test_pressed_under_the_newer_message_of_two_alive_the_older_lives(number):
    number.send("first")
    number.park("second")
    number.report("second", "delivered")
    number.disown("second")
    assert number.events(-1) == [disowned("second", "voided")]
    assert number.alive() == ["first"]


def test_a_send_that_nobody_confirmed_is_found_by_metas_reports_about_it(number):
    number.park("first")
    number.disown("first")
    assert number.alive() == ["first"]
    number.report("first", "sent")
    number.disown("first")
    assert number.alive() == []


def test_a_code_parked_behind_a_newer_send_is_voided(number):
    number.park("first")
    number.report("first", "delivered")
    number.arm("second")
    number.disown("first")
    assert number.alive() == ["second"]


def test_one_press_is_one_word_however_often_meta_repeats_it(number):
    number.send("first")
    for _ in range(5):
        number.disown("first")
    assert number.events(3) == [disowned("first", "voided")]
    assert flags(number) == []


def let_a_day_pass(number):
    key = number.keys.disowned
    for challenge_id, pressed_at in number.client.zrange(key, 0, -1, withscores=True):
        number.client.zadd(key, {challenge_id: pressed_at - DAY_MS})


def test_three_in_a_day_flag_the_number_once(number):
    for index in range(5):
        number.send(f"send {index}")
        number.disown(f"send {index}")
        assert len(flags(number)) == (index >= 2)
    (flag,) = flags(number)
    assert (flag.outcome, flag.reason, flag.request_id) == (
        "success",
        "passcodes_disowned",
        "send 2",
    )


def test_the_next_day_is_counted_anew(number):
    for day in range(2):
        for index in range(2):
            number.send(f"send {day}{index}")
            number.disown(f"send {day}{index}")
        let_a_day_pass(number)
    assert flags(number) == []


def test_a_press_that_meta_repeats_days_later_is_still_one(number):
    number.send("first")
    number.disown("first")
    let_a_day_pass(number)
    number.disown("first")
    assert len([event for event in number.events() if event.event == "passcode_disowned"]) == 1
    assert number.client.pttl(number.keys.disowned) > 7 * DAY_MS


def test_what_meta_no_longer_repeats_is_forgotten(number):
    number.send("first")
    number.disown("first")
    for _ in range(9):
        let_a_day_pass(number)
    number.send("second")
    number.disown("second")
    assert number.client.zrange(number.keys.disowned, 0, -1) == ["second"]


@pytest.mark.parametrize("known", [True, False])
def test_a_message_that_nobody_knows_changes_nothing(number, known):
    number.send("first")
    number.disown("of another system", known=known)
    assert len(number.events()) == 3
    assert number.alive() == ["first"]
    assert not number.client.exists(number.keys.disowned)


def test_a_message_is_found_behind_many_newer_events_of_others(number):
    number.send("first")
    other = number.someone_else()
    for _ in range(MANY_EVENTS):
        other.store.refuse_send(other.subject, "capacity", ORIGIN)
    number.disown("first")
    assert number.alive() == []


def test_whoever_stole_a_code_cannot_hide_it_behind_events_of_the_number(number):
    session = number.log_in("stolen")
    number.send("alive")
    for _ in range(MANY_EVENTS):
        number.store.refuse_send(number.subject, "capacity", ORIGIN)
    number.disown("challenge of stolen")
    assert not number.sessions.is_live(session)
    number.disown("alive")
    assert number.alive() == []


def test_somebody_elses_press_is_counted_for_them_alone(number):
    other = number.someone_else()
    for index in range(2):
        number.send(f"mine {index}")
        number.disown(f"mine {index}")
    other.send("theirs")
    other.disown("theirs")
    assert flags(number) == flags(other) == []


def test_a_code_disowned_after_its_login_ends_that_session_and_no_other(number):
    theirs = number.log_in("theirs")
    mine = number.log_in("mine")
    number.disown("challenge of theirs")
    assert number.events(-2) == [
        disowned("challenge of theirs", "none_alive"),
        disowned("challenge of theirs", "passcode_disowned")._replace(
            event="session_revoked", session_id="theirs"
        ),
    ]
    assert [number.sessions.is_live(session) for session in (theirs, mine)] == [False, True]
    number.sessions.end(mine, ORIGIN)
    number.disown("challenge of mine")
    assert number.events(-1) == [disowned("challenge of mine", "none_alive")]


def test_a_login_in_the_same_moment_as_its_disowning_leaves_no_session(redis_server):
    with client_of(redis_server.url) as client, races(2) as race:
        for index in range(ROUNDS):
            number = Number(client, Subject(f"{index:024d}", MASKED))
            number.send("first")
            steps: list[Callable[[], object]] = [
                partial(number.win, number.count()),
                partial(number.disown, "first"),
            ]
            race.run(steps)
            assert client.zcard(number.keys.sessions) == 0
