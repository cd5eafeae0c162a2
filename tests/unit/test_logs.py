"""One JSON line a request, and no full phone number in any line."""

import json

import pytest
import structlog

from otp_service.app import create_app
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.environment import environment, settings_of
from tests.http_api.conftest import PHONE, Caller, captured_logs

NEVER_SENT_TO = "+12395550177"

ALWAYS = {
    "event",
    "level",
    "timestamp",
    "request_id",
    "method",
    "route",
    "client",
    "outcome",
    "status",
    "ms",
}


def lines_of(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def app(redis_server, simulator):
    return create_app(settings_of(environment(redis_server.url, simulator.base_url)))


@pytest.fixture
def line_of():
    """Runs one request; returns its only line."""

    def line_of(work):
        with captured_logs("INFO") as stream:
            work()
        (line,) = lines_of(stream)
        return line

    return line_of


def test_a_request_is_one_line_with_the_named_members(app, line_of):
    line = line_of(lambda: Caller(app, rest=True).validate("123456", NEVER_SENT_TO))
    assert set(line) == ALWAYS | {"phone"}
    assert (line["event"], line["level"]) == ("request", "info")
    assert (line["method"], line["route"], line["status"]) == ("POST", "/v1/otp/validate", 200)
    assert (line["client"], line["outcome"]) == ("gas", "expired_code")
    assert line["phone"] == "+1******0177"
    assert 0 < line["ms"] < 10_000
    assert line["timestamp"].endswith("Z")


def test_the_action_endpoint_says_which_action(app, line_of):
    line = line_of(lambda: Caller(app, rest=False).validate("123456", NEVER_SENT_TO))
    assert set(line) == ALWAYS | {"phone", "action"}
    assert (line["action"], line["route"]) == ("whatsapp_validate_otp", "/")


def test_the_lines_request_id_is_the_answers(app, line_of):
    answers = []
    line = line_of(lambda: answers.append(app.test_client().get("/v1/roles")))
    assert line["request_id"] == answers[0].headers["X-Request-ID"]
    assert (line["client"], line["outcome"], line["status"]) == (None, "unauthorized", 401)


@pytest.mark.parametrize("path", [f"/v1/roles/{PHONE}", f"/v1/nothing/{PHONE}?x=2395550100"])
def test_a_path_is_never_logged(app, line_of, path):
    headers = {"X-API-Key": CONSOLE_KEY}
    line = line_of(lambda: app.test_client().get(path, headers=headers))
    assert line["route"] in ("/v1/roles/<phone_number>", None)
    assert "5550100" not in json.dumps(line)


def test_probes_are_quiet_while_all_is_well(app):
    with captured_logs("INFO") as stream:
        for path in ("/healthz", "/readyz"):
            assert app.test_client().get(path).status_code == 200
    assert stream.getvalue() == ""


def test_a_probe_that_fails_is_logged(simulator, redis_server):
    variables = environment("unix:///nowhere/redis.sock", simulator.base_url)
    with captured_logs("INFO") as stream:
        create_app(settings_of(variables)).test_client().get("/readyz")
    last = lines_of(stream)[-1]
    assert (last["status"], last["outcome"]) == (503, "store_unavailable")


def test_one_requests_facts_are_not_in_the_next_ones_line(app):
    with captured_logs("INFO") as stream:
        Caller(app, rest=False).validate("123456")
        app.test_client().get("/v1/roles")
    first, second = lines_of(stream)
    assert set(first) - set(second) == {"phone", "action"}
    assert first["request_id"] != second["request_id"]


def test_an_exceptions_text_is_masked_as_well():
    with captured_logs("INFO") as stream:
        try:
            int(PHONE + "x")
        except ValueError:
            structlog.get_logger("x").exception("broke", note=f"tried {PHONE} for {GAS_KEY[:4]}")
    (line,) = lines_of(stream)
    assert "5550100" not in json.dumps(line)
    assert "+********00" in line["note"]
    assert "ValueError" in line["exception"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to +12395550100.", "to +********00."),
        ("+447400123456,+12395550100", "+********56,+********00"),
        ("1+1=2 and +123", "1+1=2 and +123"),
        ("+1******0100", "+1******0100"),
    ],
)
def test_anything_like_a_full_number_is_masked(text, masked):
    with captured_logs("INFO") as stream:
        structlog.get_logger("x").info("event", text=text, number=5)
    (line,) = lines_of(stream)
    assert (line["text"], line["number"]) == (masked, 5)


def test_lines_below_the_level_are_left_out():
    with captured_logs("WARNING") as stream:
        structlog.get_logger("x").info("quiet")
        structlog.get_logger("x").warning("loud")
    assert [line["event"] for line in lines_of(stream)] == ["loud"]
