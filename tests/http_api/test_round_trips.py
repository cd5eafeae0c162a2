"""What a request costs: round trips to Redis, and passwords' worth of hashing."""

import dataclasses

import pytest
import redis

from otp_service.adapters.redis_keys import SHARDS
from otp_service.app import create_app
from otp_service.bootstrap import build_services
from tests.conftest import GAS_KEY
from tests.environment import environment, settings_of
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, wrong
from tests.http_api.meta import Meta, Screen, report_of
from tests.webhook_bodies import messages, press, statuses

_HANDSHAKE = ("HELLO ", "CLIENT ")


class CountingHasher:
    """A PasscodeHasher that counts what it passes on."""

    def __init__(self, hasher):
        self._hasher = hasher
        self.digests = 0
        self.comparisons = 0

    def digest(self, challenge_id, passcode):
        self.digests += 1
        return self._hasher.digest(challenge_id, passcode)

    def matches(self, digest, challenge_id, passcode):
        self.comparisons += 1
        return self._hasher.matches(digest, challenge_id, passcode)


class Counted:
    def __init__(self, redis_url, graph_url, **overrides):
        settings = settings_of(environment(redis_url, graph_url, **overrides))
        services = build_services(settings)
        self.services = services
        self.hasher = CountingHasher(services.logins.hasher)
        logins = dataclasses.replace(services.logins, hasher=self.hasher)
        self.app = create_app(settings, dataclasses.replace(services, logins=logins))
        self.caller = Caller(self.app, rest=True)


@pytest.fixture
def counted(redis_url, simulator):
    return Counted(redis_url, simulator.base_url)


@pytest.fixture
def commands_of(redis_url):
    """Runs some work; returns the commands Redis got for it, those inside Lua left out."""

    def commands_of(work):
        with (
            redis.Redis.from_url(redis_url, decode_responses=True) as client,
            client.monitor() as monitor,
        ):
            work()
            client.echo("the end")
            seen: list[str] = []
            for line in monitor.listen():
                if line["command"] == "ECHO the end":
                    return [command for command in seen if not command.startswith(_HANDSHAKE)]
                if line["client_type"] != "lua":
                    seen.append(line["command"])
        return []

    return commands_of


class NotingConnection:
    """Laid over a connection's class: counts how often something is written to Redis."""

    written = 0

    def send_packed_command(self, command, check_health=True):
        NotingConnection.written += 1
        return super().send_packed_command(command, check_health)  # type: ignore[misc]


@pytest.fixture
def round_trips_of(counted):
    """Runs some work; returns how often the service wrote to Redis for it."""
    pool = counted.services.deliveries.store.scripts.client.connection_pool
    pool.reset()
    pool.connection_class = type("Noting", (NotingConnection, pool.connection_class), {})

    def round_trips_of(work):
        before = NotingConnection.written
        work()
        return NotingConnection.written - before

    return round_trips_of


def costs(commands_of, work, code=None):
    answers = []
    commands = commands_of(lambda: answers.append(work()))
    assert answers[0].status_code == 200
    assert code is None or answers[0].get_json()["code"] == code
    return len(commands)


@pytest.mark.parametrize("extra", [{}, {"endUserIp": "203.0.113.7"}])
@pytest.mark.parametrize("verb", ["send", "resend"])
def test_a_send_is_at_most_eight_round_trips(counted, commands_of, verb, extra):
    counted.caller.send(OTHER_PHONE)
    send = getattr(counted.caller, verb)
    # begin, arm and confirm, one for each limit (number, address, client, day), the throughput.
    assert costs(commands_of, lambda: send(**extra)) == 7 + len(extra)


def test_a_validation_is_two_round_trips(counted, commands_of, received):
    caller = counted.caller
    caller.send()
    code = received()
    assert costs(commands_of, lambda: caller.validate(wrong(code)), "invalid_code") == 2
    assert costs(commands_of, lambda: caller.validate(code)) == 2
    assert costs(commands_of, lambda: caller.validate(code), "expired_code") == 1


def test_an_introspection_is_one_round_trip(counted, commands_of, received):
    counted.caller.send()
    login = counted.caller.requires_valid(counted.caller.validate(received()))

    def introspect():
        headers = {"X-API-Key": GAS_KEY}
        body = {"token": login["sessionToken"]}
        client = counted.app.test_client()
        return client.post("/v1/sessions/introspect", json=body, headers=headers)

    assert costs(commands_of, introspect) == 1


def test_a_question_about_a_login_is_two_round_trips_and_a_refused_one_as_well(
    counted, round_trips_of
):
    screen = Screen(counted.app).send()
    assert round_trips_of(screen.status) == 2
    assert round_trips_of(lambda: screen.status(wait=0, after="accepted")) == 2
    for _ in range(88):
        screen.ask()
    assert round_trips_of(lambda: counted.caller.refused(screen.ask(), "rate_limited", 429)) == 2


def test_a_thousand_reports_are_one_round_trip(counted, round_trips_of, simulator):
    Screen(counted.app).send()
    meta, message = Meta(counted.app), simulator.inbox(PHONE)[-1]
    # That Meta calls at all is noted with the first one, then not for a while.
    assert round_trips_of(lambda: meta.report(message, "sent")) == 2
    assert round_trips_of(lambda: meta.report(message, *["delivered"] * 1_000)) == 1


def test_reports_of_a_number_with_a_new_owner_are_a_command_each(
    redis_url, simulator, commands_of, received
):
    checked = Counted(redis_url, simulator.base_url, WHATSAPP_IDENTITY_CHECK="true")
    meta, caller = Meta(checked.app), checked.caller
    caller.send()
    caller.requires_valid(caller.validate(received()))
    delivered = report_of(simulator.inbox(PHONE)[-1], "delivered")
    meta.tell(statuses(delivered | {"recipient_identity_key_hash": "the first owner's"}))
    caller.send()
    message = simulator.inbox(PHONE)[-1]
    meta.report(message, "failed", code=137000)
    caller.refused(caller.send(), "recipient_unreachable", 422)
    assert len(commands_of(lambda: meta.report(message, *["failed"] * 100, code=137000))) == 100


def test_a_hundred_presses_look_through_the_whole_audit_once(counted, commands_of):
    meta = Meta(counted.app)
    pressed = messages(*(press(f"wamid.{number}") for number in range(100)))
    commands = commands_of(lambda: meta.tell(pressed))
    assert sum(command.startswith("XREVRANGE") for command in commands) == SHARDS


def test_an_unsigned_webhook_costs_no_round_trip(counted, round_trips_of):
    meta = Meta(counted.app)
    assert round_trips_of(lambda: meta.post(b"{}", {"X-Hub-Signature-256": "sha256=0"})) == 0


def test_a_forged_token_costs_no_round_trip(counted, commands_of):
    headers = {"X-API-Key": GAS_KEY}
    post = counted.app.test_client().post
    forged = {"json": {"token": "a.b.c"}, "headers": headers}
    assert costs(commands_of, lambda: post("/v1/sessions/introspect", **forged)) == 0


def test_a_bad_key_costs_one_round_trip_and_no_key_none(counted, round_trips_of):
    # The one counts the guesses of its address; an address that is told to wait costs no more.
    guess = Caller(counted.app, rest=True, key="wrong").send
    guess()  # the first one connects
    assert {round_trips_of(guess) for _ in range(19)} == {1}
    guess()  # the first one too many tells the operator
    assert round_trips_of(guess) == 1
    assert round_trips_of(Caller(counted.app, rest=True, key="").send) == 0


def test_a_number_without_a_code_costs_no_argon2(counted):
    assert counted.caller.validate("123456").get_json()["code"] == "expired_code"
    assert (counted.hasher.digests, counted.hasher.comparisons) == (0, 0)


def test_a_locked_or_spent_number_costs_no_argon2(counted, received):
    caller, hasher = counted.caller, counted.hasher
    for sends in (1, 2):
        caller.send()
        for _ in range(5):
            caller.validate(wrong(received()))
        assert (hasher.digests, hasher.comparisons) == (sends, sends * 5)
        expected = "too_many_attempts" if sends == 1 else "locked"
        assert caller.validate(received()).get_json()["code"] == expected
    assert caller.send().get_json()["code"] == "locked"
    assert (hasher.digests, hasher.comparisons) == (2, 10)


def test_a_limited_send_and_another_request_id_cost_no_argon2(redis_url, simulator, received):
    counted = Counted(redis_url, simulator.base_url, OTP_SEND_LIMIT="1 per hour")
    counted.caller.send()
    assert counted.caller.resend(PHONE).get_json()["code"] == "rate_limited"
    assert counted.caller.validate(received(), requestId="A").get_json()["code"] == "expired_code"
    assert (counted.hasher.digests, counted.hasher.comparisons) == (1, 0)


def test_a_send_that_has_to_wait_costs_two_round_trips_and_no_argon2(
    redis_url, simulator, commands_of
):
    counted = Counted(redis_url, simulator.base_url, OTP_SEND_WAITS="60")
    counted.caller.send()
    told: list[str] = []
    # The number's row of messages and, for a truthful wait, its own limit with Redis' time.
    commands = commands_of(lambda: told.append(counted.caller.send().get_json()["code"]))
    assert (told, len(commands)) == (["rate_limited"], 3)
    assert counted.hasher.digests == 1
