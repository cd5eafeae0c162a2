"""When Redis loses its scripts, goes away or answers late: no harm, and never a second try."""

import socket
from collections.abc import Callable

import pytest
import redis

from otp_service.adapters.redis_connection import connect
from otp_service.domain.audit import RefusalReason
from otp_service.domain.challenge import AttemptTicket, Candidate, SendKind, SendTicket
from otp_service.domain.errors import RecipientUnreachableError, StoreUnavailableError
from otp_service.domain.roles import Role
from otp_service.domain.subject import Subject
from tests.integration.store.number import ORIGIN, Number

SUBJECT = Subject("a" * 24, "+1******0100")
TICKET = SendTicket("first", SUBJECT, 1, 2)
ATTEMPT = AttemptTicket(SUBJECT, 1, 4, (Candidate("first", "digest"),))
STEPS: dict[str, Callable[[Number], object]] = {
    "refuse_send": lambda n: n.store.refuse_send(SUBJECT, RefusalReason.COUNTRY, ORIGIN),
    "begin_send": lambda n: n.store.begin_send(SendKind.SEND, "first", SUBJECT, ORIGIN),
    "arm_send": lambda n: n.store.arm_send(TICKET, "digest", ORIGIN),
    "confirm_send": lambda n: n.store.confirm_send(TICKET, "message", ORIGIN),
    "withdraw_send": lambda n: n.store.withdraw_send(TICKET, RecipientUnreachableError(), ORIGIN),
    "park_send": lambda n: n.store.park_send(TICKET, ORIGIN),
    "count_attempt": lambda n: n.store.count_attempt(SUBJECT, None, ORIGIN),
    "reject_attempt": lambda n: n.store.reject_attempt(ATTEMPT, ORIGIN),
    "consume": lambda n: n.store.consume(ATTEMPT, ATTEMPT.candidates[0], "jti", ORIGIN),
    "clear_lockout": lambda n: n.store.clear_lockout(SUBJECT, ORIGIN),
    "is_live": lambda n: n.sessions.is_live(n.session("jti")),
    "end": lambda n: n.sessions.end(n.session("jti"), ORIGIN),
    "end_all": lambda n: n.sessions.end_all(SUBJECT, ORIGIN),
    "role_of": lambda n: n.roles.role_of(SUBJECT),
    "set_role": lambda n: n.roles.set_role(SUBJECT, Role.STAFF, ORIGIN),
    "remove_role": lambda n: n.roles.remove_role(SUBJECT, ORIGIN),
    "list_roles": lambda n: list(n.roles.list_roles()),
    "load": lambda n: n.scripts.load(),
}


def test_the_scripts_come_back_after_redis_lost_them(number):
    number.scripts.load()
    number.send("first")
    number.client.script_flush()
    ticket = number.count()
    number.client.script_flush()
    assert number.win(ticket)
    assert ticket.attempt_number == 1


def test_a_wrong_type_of_key_is_store_unavailable_and_changes_nothing(number):
    number.client.set(number.keys.audit, "not a stream")
    with pytest.raises(StoreUnavailableError):
        number.begin("first")


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_step_without_redis_is_store_unavailable(tmp_path, step):
    with connect(f"unix://{tmp_path}/nobody.sock") as client:
        number = Number(client)
        with pytest.raises(StoreUnavailableError) as refusal:
            step(number)
        assert isinstance(refusal.value.__cause__, redis.ConnectionError)


def test_a_server_that_does_not_answer_is_asked_once(tmp_path):
    """A repeated attempt script would burn a person's tries."""
    path = str(tmp_path / "silent.sock")
    with socket.socket(socket.AF_UNIX) as silent, connect(f"unix://{path}") as client:
        silent.bind(path)
        silent.listen()
        silent.setblocking(False)
        with pytest.raises(StoreUnavailableError) as refusal:
            Number(client).count()
        assert isinstance(refusal.value.__cause__, redis.TimeoutError)
        asked, _ = silent.accept()
        asked.close()
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_no_command_is_tried_twice():
    with connect("unix:///nobody.sock") as client:
        assert client.get_retry().get_retries() == 0
