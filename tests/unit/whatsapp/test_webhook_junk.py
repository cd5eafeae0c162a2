"""Signed junk: whatever stands in a body, it is counted and never an error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.whatsapp.webhooks import Webhook, parse_webhook
from tests.webhook_bodies import OBJECT, body_of, change, entry, messages, press, status, statuses

_CHANGES = [
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "phone_number_quality_update",
    "account_update",
    "account_alerts",
    "message_template_components_update",
    "template_category_update",
    "phone_number_name_update",
    "business_capability_update",
    "account_review_update",
    "security",
]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b"{",
        b"\xff\xfe\x00",
        b"[" * 500_000,
        b'{"object": ' * 100_000,
        b'{"n": ' + b"9" * 10_000 + b"}",
        json.dumps({"object": "page", "entry": [entry(statuses(status()))]}).encode(),
        json.dumps({"object": [OBJECT], "entry": [entry(statuses(status()))]}).encode(),
        json.dumps([{"object": OBJECT, "entry": [entry(statuses(status()))]}]).encode(),
    ],
)
def test_a_body_that_is_no_webhook_of_ours_is_counted(raw):
    assert parse_webhook(raw) == Webhook(ignored={"body": 1})


@pytest.mark.parametrize("lists", [None, 7, "x", {}, [None, 7, "x", [[]]]])
def test_lists_that_are_none_hold_nothing(lists):
    for raw in (
        json.dumps({"object": OBJECT, "entry": lists}).encode(),
        body_of({"changes": lists}),
        body_of(entry(change("messages", dict.fromkeys(("statuses", "messages"), lists)))),
    ):
        assert parse_webhook(raw) == Webhook()


_MEMBERS = st.sampled_from(
    [
        "id",
        "status",
        "timestamp",
        "errors",
        "code",
        "biz_opaque_callback_data",
        "button",
        "context",
        "payload",
        "from",
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
    | st.sampled_from(["sent", "failed", "DID_NOT_REQUEST_CODE", "1760000000"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_MEMBERS, inner, max_size=6),
    max_leaves=12,
)  # fmt: skip
_VALUES = st.fixed_dictionaries(
    {}, optional={"statuses": st.lists(_JSON), "messages": st.lists(_JSON), "errors": _JSON}
)


@given(_JSON)
def test_no_json_at_all_is_an_error(body):
    assert parse_webhook(json.dumps(body).encode()).ignored == {"body": 1}


@given(st.binary())
def test_no_bytes_at_all_are_an_error(raw):
    assert parse_webhook(raw).ignored == {"body": 1}


@given(st.sampled_from(_CHANGES) | _JSON, _VALUES | _JSON, _JSON)
def test_no_value_of_any_field_is_an_error_and_none_is_lost(name, value, time):
    webhook = parse_webhook(body_of(entry({"field": name, "value": value}, time=time)))
    for report in webhook.statuses:
        assert report.wamid.encode()
        assert report.timestamp >= 0
    for disowned in webhook.disowned:
        assert disowned.wamid.encode()
    told = len(webhook.statuses) + len(webhook.disowned) + len(webhook.account_changes)
    parts = 1
    if name == "messages" and isinstance(value, dict):
        lists = (value.get(member) for member in ("statuses", "messages", "errors"))
        parts = sum(isinstance(part, dict) for items in lists if isinstance(items, list)
                    for part in items)  # fmt: skip
    assert told + sum(webhook.ignored.values()) == parts


def test_no_more_is_taken_in_one_by_one_than_meta_would_wait_for():
    pressed = messages(*(press(f"wamid.{number}") for number in range(300)))
    webhook = parse_webhook(
        body_of(entry(change("security", {}), statuses(*[status()] * 300), pressed))
    )
    assert (len(webhook.statuses), len(webhook.disowned)) == (300, 199)
    assert webhook.ignored == {"too_many": 101}
