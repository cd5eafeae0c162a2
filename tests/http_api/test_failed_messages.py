"""Meta's codes that come by webhook, after the send was taken: what the person and we see.

The table is typed out from Meta's page "Error codes", not from the code under test.
"""

import json

import pytest

from tests.http_api.conftest import PHONE, captured_logs
from tests.http_api.meta import Meta, Screen

# code, what the login screen is told; then A: an operator must look, S: every send fails.
TABLE = """
131000 delivery_unavailable
131016 delivery_unavailable
131026 recipient_unreachable
131042 delivery_failed AS
131047 delivery_failed
131048 delivery_failed AS
131049 recipient_unreachable
130472 recipient_unreachable
132015 delivery_failed AS
137000 identity_changed
"""
ROWS = [(*line.split(), "")[:3] for line in TABLE.splitlines() if line]


@pytest.mark.parametrize(("code", "reason", "actions"), ROWS, ids=[row[0] for row in ROWS])
def test_what_the_person_and_the_operator_see(app, simulator, code, reason, actions):
    screen = Screen(app).send()
    message = simulator.inbox(PHONE)[-1]
    before = simulator.requests_received
    with captured_logs() as log:
        Meta(app).report(message, "failed", code=int(code))
    told = screen.status()
    assert (told["status"], told["reason"]) == ("failed", reason)
    # Only the person asks for another one: they are there to see it.
    assert simulator.requests_received == before
    assert told["resendsRemaining"] == 2

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["event"] == "whatsapp_delivery_failed"]
    assert line["level"] == ("error" if actions else "warning")
    assert line["every_send_fails"] is ("S" in actions)
    assert line["meta_code"] == int(code)
    assert PHONE[2:] not in log.getvalue()
