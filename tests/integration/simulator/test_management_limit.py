"""The hourly limit of management calls, and the header that tells how near it is."""

import json
from dataclasses import replace
from typing import Any

from tests.integration.simulator.account_calls import ACCOUNT, NUMBER, AccountCalls, error_of

BUSINESS_ID = "506914307656634"


def _usage(answer: Any) -> dict[str, Any]:
    (entry,) = json.loads(answer.headers["X-Business-Use-Case-Usage"])[BUSINESS_ID]
    return dict(entry)


def test_calls_over_the_limit_are_refused_until_the_hour_has_passed(start: Any, settings: Any):
    simulator = start(replace(settings, management_calls_per_hour=2))
    graph = AccountCalls(simulator)
    assert _usage(graph.get(NUMBER))["call_count"] == 50
    simulator.clock.now += 600
    assert _usage(graph.get(f"{ACCOUNT}/subscribed_apps"))["call_count"] == 100

    refused = graph.get(ACCOUNT)
    assert error_of(refused) == (400, 80008, None)
    assert _usage(refused)["estimated_time_to_regain_access"] == 50

    simulator.clock.now += 3000
    answer = graph.get(ACCOUNT)
    assert answer.status_code == 200
    assert _usage(answer)["estimated_time_to_regain_access"] == 10


def test_sends_and_calls_outside_the_list_do_not_count(start: Any, settings: Any):
    simulator = start(replace(settings, management_calls_per_hour=0))
    graph = AccountCalls(simulator)
    assert simulator.send().status_code == 200
    uncounted = graph.get("/debug_token", input_token=settings.access_token)
    assert uncounted.status_code == 200
    assert "X-Business-Use-Case-Usage" not in uncounted.headers
    assert _usage(graph.get(NUMBER))["call_count"] == 100


def test_the_limit_can_be_ordered(simulator: Any):
    graph = AccountCalls(simulator)
    assert simulator.control(management_limit=0).status_code == 200
    assert error_of(graph.get(NUMBER)) == (400, 80008, None)
    assert simulator.control(management_limit=10).status_code == 200
    assert graph.get(NUMBER).status_code == 200
