"""The pseudonym key changes under a running office: two gunicorns, then the command."""

from contextlib import ExitStack

import pytest

from tests.e2e.command_line import otp_service
from tests.e2e.conftest import running_service
from tests.environment import environment

PHONE = "+12395550177"
OLD, NEW = "test-pseudonym-key-2b7e151628aed2a6", "new-pseudonym-key-95f1c0d3a7e84b26-of-all"
TOLD = {"OTP_PSEUDONYM_KEY": f"next:{NEW},{OLD}"}
CHANGED = {"OTP_PSEUDONYM_KEY": f"{NEW},{OLD}"}


@pytest.fixture
def variables(redis_server, redis_client, simulator):
    def variables(step):
        return environment(redis_server.url, simulator.base_url, **step)

    return variables


@pytest.fixture
def sides(variables, tmp_path):
    with ExitStack() as stack:
        yield [
            stack.enter_context(running_service(variables(step), tmp_path / f"{place}.log"))
            for place, step in enumerate((TOLD, CHANGED))
        ]


def ask(service, address, **members):
    return service.post(address, **members).json()


def rekey(variables, *options):
    return otp_service(variables, "keys", "rekey", *options)


def test_a_login_and_its_session_outlive_the_change(sides, variables, simulator):
    old, new = sides
    assert ask(old, "/v1/otp/send", phoneNumber=PHONE)["success"]
    code = simulator.inbox(PHONE)[-1].code
    login = ask(new, "/v1/otp/validate", phoneNumber=PHONE, otpCode=code)
    assert login["valid"], login
    token = {"token": login["sessionToken"]}
    # The old side has the number again: that is what the command has to find.
    assert ask(old, "/v1/otp/send", phoneNumber=PHONE)["success"]
    code = simulator.inbox(PHONE)[-1].code
    old.stop()

    counted = rekey(variables(CHANGED), "--dry-run")
    assert (counted.returncode, counted.stdout) == (0, "1 numbers are to be named anew\n")
    moved = rekey(variables(CHANGED))
    assert (moved.returncode, moved.stdout) == (0, "1 numbers named anew, 0 left\n")

    assert ask(new, "/v1/sessions/introspect", **token)["active"] is True
    again = ask(new, "/v1/otp/validate", phoneNumber=PHONE, otpCode=code)
    assert (again["valid"], again["userId"]) == (True, login["userId"])

    # Whoever forgets the key is told so.
    forgotten = rekey(variables({"OTP_PSEUDONYM_KEY": OLD}))
    assert forgotten.returncode == 1
    assert forgotten.stdout.startswith("1 numbers have names by a key that is not given\n")
