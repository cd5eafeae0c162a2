"""`/v1/audit/*`: what an administrator's program reads of what happened."""

import csv
import io
import json

import pytest

from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, captured_logs, wrong
from tests.http_api.contract_document import answer_faults, operation_at

OF_A_LOGIN = [
    "login_succeeded",
    "attempt_counted",
    "send_accepted",
    "passcode_issued",
    "send_requested",
]


@pytest.fixture
def app(standing_app):
    return standing_app


@pytest.fixture
def ask(app):
    def ask(path, key=CONSOLE_KEY, **query):
        headers = {"X-API-Key": key}
        answer = app.test_client().get(f"/v1/audit/{path}", headers=headers, query_string=query)
        assert list(answer_faults(operation_at("GET", f"/v1/audit/{path}"), answer)) == []
        return answer

    return ask


@pytest.fixture
def login(app, received):
    """Logs a phone in over REST; returns the send's answer and the validation's."""

    def login(phone=PHONE):
        caller = Caller(app, rest=True)
        sent = caller.send(phone).get_json()
        return sent, caller.requires_valid(caller.validate(received(phone), phone))

    return login


def names(answer):
    assert answer.status_code == 200, answer.get_json()
    return [event["event"] for event in answer.get_json()["events"]]


def test_a_login_is_read_as_it_happened(ask, login):
    sent, logged_in = login()
    answer = ask("events")
    assert names(answer) == OF_A_LOGIN
    newest = answer.get_json()["events"][0]
    for name in ("eventId", "time", "chain", "sessionId", "httpRequestId"):
        assert newest.pop(name)
    assert newest == {
        "event": "login_succeeded",
        "outcome": "success",
        "reason": "indemnitor",
        "owasp": "authn_login_success",
        "userId": logged_in["userId"],
        "phoneNumber": "+1******0100",
        "country": "US",
        "client": "gas",
        "ip": "127.0.0.1",
        "userAgent": newest["userAgent"],
        "requestId": sent["requestId"],
        "messageId": None,
        "attemptNumber": 1,
    }


def test_pages_lead_on_until_there_are_no_more(ask, login):
    login()
    login(OTHER_PHONE)
    read: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = ask("events", limit=3, **cursor)
        read += names(answer)
        if (following := answer.get_json()["nextCursor"]) is None:
            break
        cursor = {"cursor": following}
    assert read == OF_A_LOGIN * 2


@pytest.mark.parametrize(
    "spelling", [PHONE, "(239) 555-0100", " 12395550100"], ids=["E.164", "local", "bare plus"]
)
def test_one_persons_events_are_found_by_any_spelling(ask, login, spelling):
    login()
    login(OTHER_PHONE)
    assert names(ask("events", phoneNumber=spelling)) == OF_A_LOGIN


def test_a_plus_that_arrives_as_a_space_is_meant_as_one(ask):
    assert names(ask("events", phoneNumber=" 447400123456")) == []


def test_every_filter_narrows(app, ask, login, received):
    sent, logged_in = login()
    caller = Caller(app, rest=True)
    caller.send(OTHER_PHONE, endUserIp="192.0.2.7")
    caller.validate(wrong(received(OTHER_PHONE)), OTHER_PHONE)
    assert names(ask("events", userId=logged_in["userId"])) == OF_A_LOGIN
    assert names(ask("events", requestId=sent["requestId"])) == OF_A_LOGIN
    assert names(ask("events", event="attempt_rejected")) == ["attempt_rejected"]
    assert names(ask("events", outcome="failure")) == ["attempt_rejected"]
    assert len(names(ask("events", client="gas"))) == 10
    assert names(ask("events", client="console")) == []
    assert names(ask("events", ip="192.0.2.7")) == OF_A_LOGIN[2:]
    assert names(ask("events", until="2020-01-01")) == []
    assert len(names(ask("events", since="2020-01-01"))) == 10


def test_a_message_is_found_by_metas_id(ask, login, simulator):
    login()
    wamid = simulator.inbox(PHONE)[-1].wamid
    (event,) = ask("events", wamid=wamid).get_json()["events"]
    assert event["event"] == "send_accepted"
    assert wamid not in json.dumps(event)


def test_a_timeline_counts_from_the_request(ask, login):
    sent, _ = login()
    told = ask(f"timeline/{sent['requestId']}").get_json()
    assert [event["event"] for event in told["events"]] == OF_A_LOGIN[::-1]
    after = [event["afterSeconds"] for event in told["events"]]
    assert after == sorted(after)
    assert (after[0], told["requestedAt"]) == (0, told["events"][0]["time"])
    assert told["latencies"]["requestToLogin"] == after[-1]
    assert told["latencies"]["requestToAccepted"] == after[2]
    assert told["latencies"]["acceptedToDelivered"] is None


def test_a_timeline_of_a_login_that_nobody_knows_is_empty(ask):
    told = ask("timeline/" + "A" * 22).get_json()
    assert (told["events"], told["requestedAt"]) == ([], None)


@pytest.mark.parametrize("by", ["hour", "day"])
def test_a_summary_counts_what_happened(app, ask, login, received, by):
    login()
    caller = Caller(app, rest=True)
    caller.send(OTHER_PHONE)
    caller.validate(wrong(received(OTHER_PHONE)), OTHER_PHONE)
    told = ask("summary", by=by).get_json()
    total = told["total"]
    assert (total["requested"], total["accepted"], total["validated"]) == (2, 2, 1)
    assert (total["wrong"], total["conversion"]) == (1, 0.5)
    assert total["secondsToLogin"]["count"] == 1
    assert total["secondsToDelivery"] == {"count": 0, "median": None, "p95": None}
    assert len(told["stretches"]) == {"hour": 24, "day": 30}[by]
    # Where the clock strikes meanwhile, the last two stretches share it.
    assert sum(stretch["requested"] for stretch in told["stretches"][-2:]) == 2
    assert told["countries"]["US"]["validated"] == 1
    assert ask("summary").get_json()["by"] == "day"


def test_the_export_has_the_events_of_the_pages_oldest_first(ask, login):
    login()
    login(OTHER_PHONE)
    answer = ask("export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.ndjson"'
    exported = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    assert exported == ask("events").get_json()["events"][::-1]
    assert ask("export", until="2020-01-01").get_data() == b""


def test_the_export_for_spreadsheets_has_the_same_in_csv(ask, login):
    login()
    answer = ask("export", format="csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))
    events = ask("events").get_json()["events"][::-1]
    assert [row["eventId"] for row in rows] == [event["eventId"] for event in events]
    assert list(rows[0]) == list(json.loads(ask("export").get_data().splitlines()[0]))
    assert {row["phoneNumber"] for row in rows} == {"'+1******0100"}


@pytest.mark.parametrize(
    ("path", "query", "reason"),
    [
        ("events", {"event": "login"}, "event must be one of: send_requested"),
        ("events", {"outcome": "ok"}, "outcome must be one of: pending"),
        ("events", {"userId": PHONE}, "userId must be"),
        ("events", {"userId": "a" * 24, "phoneNumber": PHONE}, "not both"),
        ("events", {"ip": "here"}, "ip must be"),
        ("events", {"requestId": "a b"}, "requestId must be"),
        ("events", {"requestId": ""}, "requestId must be"),
        ("events", {"client": ""}, "client must have"),
        ("events", {"wamid": ""}, "wamid must have"),
        ("events", {"since": "yesterday"}, "since must be ISO 8601"),
        ("events", {"until": "-1"}, "until must be ISO 8601"),
        ("events", {"since": "9999-12-31"}, "since is out of range"),
        ("events", {"since": "2026-01-02", "until": "2026-01-01"}, "until must be after since"),
        ("events", {"limit": "0"}, "limit must be 1 to 200"),
        ("events", {"limit": "201"}, "limit must be 1 to 200"),
        ("events", {"limit": "many"}, "limit must be a whole number"),
        ("events", {"limit": "٣"}, "limit must be a whole number"),
        ("events", {"cursor": "here"}, "cursor must be"),
        ("events", {"phone": PHONE}, "Unknown parameter. Known are: client, cursor"),
        ("events", {"event": ["role_set", "role_removed"]}, "event is given more than once"),
        ("timeline/A", {"by": "day"}, "Unknown parameter. Known are: none"),
        ("timeline/a b", {}, "requestId must be"),
        ("summary", {"by": "week"}, "by must be one of: hour, day"),
        ("summary", {"by": "hour", "since": "2020-01-01"}, "at most 360 hours"),
        ("summary", {"since": "2020-01-01"}, "at most 400 days"),
        ("summary", {"since": "2100-01-01"}, "until must be after since"),
        ("export", {"format": "xml"}, "format must be one of: ndjson, csv"),
        ("export", {"phoneNumber": PHONE}, "Unknown parameter. Known are: format, since, until"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(ask, path, query, reason):
    answer = ask(path, **query)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")
    assert reason in answer.get_json()["message"]
    assert PHONE not in answer.get_data(as_text=True)


def test_a_phone_that_is_none_is_told_so(ask):
    answer = ask("events", phoneNumber="12")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_phone")


@pytest.mark.parametrize("path", ["events", "timeline/A", "summary", "export"])
@pytest.mark.parametrize(("key", "status"), [("", 401), ("x", 401), (GAS_KEY, 403)])
def test_the_audit_needs_its_scope(ask, path, key, status):
    assert ask(path, key).status_code == status


def test_a_key_with_the_scope_audit_alone_is_enough(ask):
    assert ask("events", CONSOLE_KEY[::-1]).status_code == 200


def test_whoever_reads_about_a_person_is_on_record_without_the_number(build, received):
    with captured_logs("INFO") as logs:
        client = build().test_client()
        headers = {"X-API-Key": CONSOLE_KEY}
        for path in (
            f"events?phoneNumber=%2B{PHONE[1:]}",
            "events?event=role_set",
            "timeline/" + "A" * 22,
            "export?since=2026-01-01",
        ):
            assert client.get(f"/v1/audit/{path}", headers=headers).status_code == 200
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    reads = [line for line in lines if line["event"] == "audit_read"]
    assert [(line["what"], line["client"]) for line in reads] == [
        ("events", "console"),
        ("timeline", "console"),
        ("export", "console"),
    ]
    assert reads[0]["by"] == ["phoneNumber"]
    assert len(reads[0]["user_id"]) == 24
    assert "2395550100" not in logs.getvalue()
