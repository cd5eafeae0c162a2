"""Every row of Meta's tables, typed out from the reference and not from the code."""

from typing import Any

import pytest

from otp_service.whatsapp import OperatorError, PlatformError, RecipientError, WindowClosedError
from otp_service.whatsapp.error_codes import Kind, Retry, lookup
from otp_service.whatsapp.errors import refusal
from otp_service.whatsapp.graph_error import parse_graph_error

# code, HTTP status, kind, what to do: A alert, S stop, 1 retry once, R retry with backoff
TABLE = """
0 401 operator AS
190 401 operator AS
104 401 operator AS
3 500 operator AS
10 403 operator AS
200 403 operator AS
230 403 operator AS
299 403 operator AS
131005 403 operator AS
368 403 operator AS
131031 403 operator AS
130497 403 recipient A
131045 500 operator AS
133010 400 operator AS
33 400 operator AS
131037 400 operator AS
131042 400 operator AS
134011 400 operator A
803 404 operator AS

4 400 platform R
4 429 platform R
17 400 platform RA
341 400 platform RA
613 400 platform RA
80007 400 platform R
80008 400 platform R
80012 400 platform R
130429 400 platform R
131056 400 platform -
131048 400 operator AS
131064 400 operator AS
131049 400 recipient -
133016 400 operator A
133008 400 operator A
133009 400 operator A

1 400 platform 1A
2 503 platform R
131000 500 platform R
131016 500 platform R
131057 500 platform R
133004 503 platform R

100 400 operator A
131008 400 operator A
131009 400 recipient A
131021 400 recipient -
131026 400 recipient -
131030 400 operator A
130403 400 recipient A
130472 400 recipient -
131047 400 operator -
131050 400 recipient -
131051 400 operator A
131052 400 operator A
131053 400 operator A
131055 400 operator A
134100 400 operator A
134101 400 operator A
134102 500 operator A
131063 400 operator A
131062 400 recipient -
135000 400 operator A
137000 400 recipient -

132000 400 operator AS
132001 404 operator AS
132005 400 operator A
132007 400 operator AS
132008 400 operator A
132012 400 operator AS
132015 400 operator AS
132016 400 operator AS
132018 400 operator A
132068 400 operator A
132069 400 operator A

300 400 operator A
999999 500 operator A
-1 400 operator A
"""
ROWS = [line.split() for line in TABLE.splitlines() if line]
CLASSES = {"operator": OperatorError, "recipient": RecipientError, "platform": PlatformError}


def error_for(code: int, status: int = 400, headers: Any = None, **members: object) -> Any:
    body = {"error": {"message": f"(#{code}) Title", "code": code, **members}}
    graph = parse_graph_error(status, headers or {}, body, secrets=())
    assert graph is not None
    return refusal(graph)


@pytest.mark.parametrize(("code", "status", "kind", "actions"), ROWS)
def test_every_code(code, status, kind, actions):
    row = lookup(int(code))
    assert row.code == int(code)
    assert row.title
    assert row.kind is Kind(kind)
    assert row.alert is ("A" in actions)
    assert row.stop is ("S" in actions)
    retry = {"1": Retry.ONCE, "R": Retry.BACKOFF}.get(actions[0], Retry.NEVER)
    assert row.retry is retry

    error = error_for(int(code), int(status))
    assert (error.alert, error.stop) == (row.alert, row.stop)
    assert error.graph.http_status == int(status)
    expected = WindowClosedError if int(code) == 131047 else CLASSES[kind]
    assert type(error) is expected


@pytest.mark.parametrize("status", [200, 400, 404, 429, 500, 503])
def test_the_http_status_never_decides(status):
    assert type(error_for(131045, status)) is OperatorError
    assert type(error_for(131016, status)) is PlatformError


def test_every_permission_code_stops():
    for code in range(200, 300):
        error = error_for(code, 403)
        assert (type(error), error.alert, error.stop) == (OperatorError, True, True)


def test_code_100_stops_only_where_every_send_would_fail():
    assert not error_for(100).stop
    assert error_for(100, error_subcode=33).stop
    assert not error_for(100, error_subcode=2494055).stop
    for words in (
        "API calls from the server require an appsecret_proof argument",
        "Invalid appsecret_proof provided in the API argument",
    ):
        assert error_for(100, message=words).stop


def test_an_unlisted_code_is_ours_unless_meta_calls_it_transient():
    assert type(error_for(424242, is_transient=True)) is PlatformError
    assert error_for(424242, is_transient=True).retryable
    assert error_for(424242, is_transient=True).alert
    assert type(error_for(131045, is_transient=True)) is OperatorError
    assert type(error_for(424242, is_transient="true")) is OperatorError


@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 133004, 130429])
def test_what_may_be_tried_again_within_the_call(code):
    assert error_for(code).retryable
    assert error_for(code).retry_after_s is None


@pytest.mark.parametrize(
    ("code", "wait_s"), [(131056, 60), (131057, 60), (4, 60), (17, 60), (80007, 300)]
)
def test_what_clears_only_by_waiting_longer(code, wait_s):
    assert error_for(code).retry_after_s == wait_s
    assert not error_for(code).retryable


def usage(*minutes):
    entries = ",".join(f'{{"estimated_time_to_regain_access":{m}}}' for m in minutes)
    return {"X-Business-Use-Case-Usage": f'{{"1065":[{entries}]}}'}


@pytest.mark.parametrize(
    ("headers", "wait_s", "minutes"),
    [
        (usage(5), 300.0, 5),
        (usage(0, 19, 2), 1140.0, 19),
        (usage(0), 60, None),
        (usage('"5"'), 60, None),
        ({"X-Business-Use-Case-Usage": "not json"}, 60, None),
        ({"X-Business-Use-Case-Usage": "[]"}, 60, None),
        ({"X-Business-Use-Case-Usage": '{"1065":[{}]}'}, 60, None),
        ({"X-Business-Use-Case-Usage": '{"1065":7}'}, 60, None),
    ],
)
def test_meta_s_estimate_of_the_wait(headers, wait_s, minutes):
    error = error_for(4, headers=headers)
    assert error.retry_after_s == wait_s
    assert error.graph.estimated_time_to_regain_access == minutes


def test_an_estimate_takes_away_the_retry_within_the_call():
    assert not error_for(130429, headers=usage(1)).retryable
