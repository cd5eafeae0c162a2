"""Input of any shape: always the documented error body, never a 500, never an echo."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.http_api.conftest import PHONE

MARK = "zebra7731"
POSTS = [
    "/",
    "/v1/otp/send",
    "/v1/otp/resend",
    "/v1/otp/validate",
    "/v1/sessions/introspect",
    "/v1/sessions/revoke",
    "/v1/lockouts/clear",
]
MEMBERS = ["phoneNumber", "otpCode", "requestId", "locale", "endUserIp"]
FUZZ = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def app(standing_app):
    return standing_app


def refused(answer, *statuses):
    """The documented body of an error, and nothing of what was sent."""
    assert answer.status_code in statuses, answer.get_data(as_text=True)
    body = answer.get_json()
    shape = {"success"} if "success" in body else {"valid", "error"}
    assert shape | {"message", "code"} == set(body), body
    assert body.get("success", body.get("valid")) is False
    assert MARK not in answer.get_data(as_text=True)
    return body


def post(app, path, data, content_type="application/json", **headers):
    headers = {"X-API-Key": CONSOLE_KEY} | headers
    return app.test_client().post(path, data=data, content_type=content_type, headers=headers)


NOT_JSON_OBJECTS = {
    "nothing": b"",
    "blanks": b" \n",
    "text": MARK.encode(),
    "half": b'{"action":"' + MARK.encode(),
    "array": json.dumps([MARK]).encode(),
    "string": json.dumps(MARK).encode(),
    "null": b"null",
    "number": b"1",
    "not utf-8": b'{"action":"\xff\xfe' + MARK.encode() + b'"}',
    "utf-16": json.dumps({"action": MARK}).encode("utf-16"),
    "raw NUL": b'{"action":"zebra7731\x00"}',
    "two objects": b"{}{}",
    "comments": b'{/*zebra7731*/"action":"health"}',
    "single quotes": b"{'action':'zebra7731'}",
    "deep arrays": b"[" * 10_000,
    "deep objects": b'{"a":' * 2_500 + b"1" + b"}" * 2_500,
    "deep member": b'{"zebra7731":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "giant integer": b'{"zebra7731":' + b"9" * 16_000 + b"}",
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("raw", NOT_JSON_OBJECTS.values(), ids=NOT_JSON_OBJECTS)
def test_what_is_not_a_json_object_is_a_400(app, path, raw):
    assert refused(post(app, path, raw), 400)["code"] == "invalid_request"


@pytest.mark.parametrize("verb", ["send", "resend", "validate"])
@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize(
    "value", [7, -1.5, True, [MARK], {MARK: 1}, "\ud800" + MARK, float("nan"), 10**300]
)
def test_a_member_of_the_wrong_type_is_named(app, verb, member, value):
    members = {"phoneNumber": PHONE, "otpCode": "123456"} | {member: value}
    answer = post(app, f"/v1/otp/{verb}", json.dumps(members))
    if member in {"otpCode", "requestId"} and verb != "validate":
        assert answer.status_code == 200  # unknown there, and unknown members are ignored
        return
    body = refused(answer, 400)
    assert body["code"] == "invalid_request"
    assert member in body["message"]


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("phoneNumber", "\u0000", "invalid_phone"),
        ("phoneNumber", PHONE + "\u0000", "invalid_phone"),
        ("phoneNumber", "\U0001f4de", "invalid_phone"),
        ("phoneNumber", MARK * 1500, "invalid_phone"),
        ("phoneNumber", "+1" * 20, "invalid_phone"),
        ("phoneNumber", "1-800-FLOWERS", "invalid_phone"),
        ("phoneNumber", "+12395550100;ext=5", "invalid_phone"),
        ("phoneNumber", "tel:+12395550100", "invalid_phone"),
        ("phoneNumber", "\u2155" * 10, "invalid_phone"),
        ("otpCode", "12345", "invalid_request"),
        ("otpCode", "1234567", "invalid_request"),
        ("otpCode", "12345a", "invalid_request"),
        ("otpCode", "\u0661\u0662\u0663\u0664\u0665\u0666", "invalid_request"),
        ("otpCode", "\uff11\uff12\uff13\uff14\uff15\uff16", "invalid_request"),
        ("otpCode", "\u00b2" * 6, "invalid_request"),
        ("otpCode", "123\u0000456", "invalid_request"),
        ("otpCode", "+12345", "invalid_request"),
        ("otpCode", "1 2 3 4 5 6" * 900, "invalid_request"),
        ("otpCode", "\U0001f522" * 6, "invalid_request"),
        ("requestId", MARK + "!", "invalid_request"),
        ("requestId", "A" * 65, "invalid_request"),
        ("requestId", "\u00e9", "invalid_request"),
        ("requestId", "AAAA\n", "invalid_request"),
        ("locale", "<script>", "invalid_request"),
        ("locale", "en_US\n", "invalid_request"),
        ("endUserIp", "localhost", "invalid_request"),
        ("endUserIp", "203.0.113.7:80", "invalid_request"),
        ("endUserIp", "fe80::1%eth0", "invalid_request"),
        ("endUserIp", "203.0.113.07", "invalid_request"),
        ("endUserIp", "2130706433", "invalid_request"),
    ],
)
def test_text_that_is_not_what_the_member_holds(app, simulator, member, value, code):
    members = {"phoneNumber": PHONE, "otpCode": "123456"} | {member: value}
    before = simulator.requests_received
    assert refused(post(app, "/v1/otp/validate", json.dumps(members)), 400)["code"] == code
    action = {"action": "whatsapp_validate_otp", **members}
    assert refused(post(app, "/", json.dumps(action)), 200)["code"] == code
    assert simulator.requests_received == before


@pytest.mark.parametrize("ip", ["203.0.113.7", " 2001:db8::1 ", "::ffff:203.0.113.7", "", None])
def test_an_address_in_any_correct_spelling_is_taken(app, ip):
    body = {"phoneNumber": PHONE, "endUserIp": ip}
    assert post(app, "/v1/otp/send", json.dumps(body)).status_code == 200


def test_of_duplicate_members_the_last_one_counts(app):
    raw = b'{"action":"zebra7731","action":"health"}'
    assert post(app, "/", raw).get_json()["success"] is True


def test_a_byte_order_mark_is_forgiven(app):
    raw = b"\xef\xbb\xbf" + json.dumps({"action": "health"}).encode()
    assert post(app, "/", raw).get_json()["success"] is True


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_another_method_is_a_405_that_says_which_are_allowed(app, path, method):
    answer = app.test_client().open(path, method=method, data=MARK)
    assert refused(answer, 405)["code"] == "method_not_allowed"
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        f"/{MARK}",
        f"/v1/otp/{MARK}",
        "/v1/otp/send/",
        "/%00",
        "/%ff",
        "/../etc/passwd",
        "/v1//otp/send",
        "//",
    ],
)
def test_an_unknown_address_is_a_404(app, path):
    assert refused(app.test_client().post(path, json={}), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "text/xml", "\xff\xfe", "a" * 5000]
)
def test_a_strange_content_type_changes_nothing(app, content_type):
    answer = post(app, "/", json.dumps({"action": "health"}), content_type)
    assert answer.get_json()["success"] is True


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "\xff\u00e9" * 50},
        {"X-API-Key": MARK * 1000},
        {"X-API-Key": "", "Authorization": "Bearer"},
        {"X-API-Key": "", "Authorization": "Bearer \xff"},
        {"X-API-Key": "", "Authorization": f"Basic {GAS_KEY}"},
        {"X-API-Key": "", "Authorization": GAS_KEY},
    ],
)
def test_a_strange_key_is_a_401(app, headers):
    assert refused(post(app, "/v1/otp/send", b"{}", **headers), 401)["code"] == "unauthorized"


@FUZZ
@given(path=st.sampled_from(POSTS), value=json_values)
def test_arbitrary_json_is_never_a_500(app, path, value):
    answer = post(app, path, json.dumps(value))
    assert answer.status_code in {200, 400}
    assert answer.is_json


@FUZZ
@given(
    path=st.sampled_from(POSTS),
    body=st.dictionaries(
        st.sampled_from([*MEMBERS, "token", "everywhere", "apiKey"]), json_values | st.just(PHONE)
    ),
    action=st.sampled_from(["whatsapp_send_otp", "whatsapp_resend_otp", "whatsapp_validate_otp"]),
)
def test_arbitrary_members_are_never_a_500(app, store, path, body, action):
    store.flushall()
    answer = post(app, path, json.dumps({"action": action, **body}))
    assert answer.status_code in {200, 400, 401, 403}
    assert answer.is_json


@FUZZ
@given(path=st.sampled_from(POSTS), raw=st.binary(max_size=300))
def test_arbitrary_bytes_are_a_400(app, path, raw):
    assert post(app, path, raw, "text/plain").status_code == 400


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("size", [16 * 1024 + 1, 3_000_000])
def test_a_large_body_is_a_413(app, path, size):
    body = refused(post(app, path, json.dumps({"action": "health"}).ljust(size)), 413)
    assert body["code"] == "payload_too_large"
