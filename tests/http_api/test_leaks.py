"""After whole flows of every kind: no secret and no full phone number in Redis or in the log."""

import base64
import dataclasses
import re

import pytest
import redis

from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.simulator.magic_numbers import REFUSED
from tests.conftest import ACCESS_TOKEN, APP_SECRET, CONSOLE_KEY, GAS_KEY
from tests.environment import environment, settings_of
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, captured_logs, wrong

UNCONFIRMED, LONDON = "+12395550153", "+447400987654"
PHONES = [
    PHONE,
    OTHER_PHONE,
    UNCONFIRMED,
    LONDON,
    *(REFUSED[code] for code in (131026, 190, 80007)),
]
SECRETS = {
    "client key": GAS_KEY,
    "console key": CONSOLE_KEY,
    "access token": ACCESS_TOKEN,
    "app secret": APP_SECRET,
    "secret key": "test-secret-key-8c5d1e9f40a7b362-newest",
    "pseudonym key": "test-pseudonym-key-2b7e151628aed2a6",
    "wrong key": "a-key-that-nobody-has-but-somebody-sent",
}
WAMID = base64.b64encode(b"\x1c\x18\x0b12395550100\x15\x02\x00").decode()
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")
_READERS = {
    "string": lambda client, key: client.get(key),
    "hash": lambda client, key: client.hgetall(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "set": lambda client, key: client.smembers(key),
    "zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
    "stream": lambda client, key: client.xrange(key),
}


class CarelessSender:
    """Raises what no adapter should: a bug's exception that quotes everything it had in hand."""

    def send(self, message):
        sent = f"{message.passcode} to {message.to.e164}"
        raise RuntimeError(f"cannot send {sent} with {ACCESS_TOKEN}")


def contents(client):
    """All of Redis as one text: each key's name and value, whatever its type."""
    kinds = {key: client.type(key) for key in client.scan_iter()}
    return "\n".join(f"{key} {_READERS[kind](client, key)!r}" for key, kind in kinds.items())


def decoded(text):
    """The text, and whatever hides in it as base64: a wamid holds its recipient's number."""
    parts = [text]
    for run in _BASE64.findall(text):
        plain = run.translate(str.maketrans("-_", "+/"))
        for start in range(4):
            piece = plain[start:]
            parts.append(base64.b64decode(piece[: len(piece) // 4 * 4]).decode("latin-1"))
    return "\n".join(parts)


def leaks(text, passcodes, tokens):
    everything = decoded(text)
    found = {name for name, secret in SECRETS.items() if secret in everything}
    for phone in PHONES:
        if any(digits in everything for digits in (phone[1:], phone[2:], phone[-7:])):
            found.add(phone)
    found |= {code for code in passcodes if re.search(rf"(?<!\d){code}(?!\d)", everything)}
    return found | {token for token in tokens if token in text}


@pytest.fixture(scope="module")
def aftermath(redis_server, simulator):
    """What all those flows left: (Redis' contents, the log, passcodes, tokens, TTLs by key)."""
    variables = environment(redis_server.url, simulator.base_url, OTP_ALLOWED_COUNTRIES="US")
    variables["OTP_MAX_ATTEMPTS"] = "10"
    settings = settings_of(variables)
    services = build_services(settings)
    logins = dataclasses.replace(services.logins, sender=CarelessSender())
    careless = create_app(settings, dataclasses.replace(services, logins=logins))
    away = create_app(settings_of({**variables, "REDIS_URL": "unix:///nowhere/redis.sock"}))
    earlier = codes_of(simulator)
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.flushall()
        with captured_logs() as log:
            app = create_app(settings, services)
            tokens = [
                token for rest in (False, True) for token in every_flow(app, simulator, rest)
            ]
            for caller in (Caller(careless, rest=False), Caller(away, rest=True)):
                assert caller.send("+12395550199").status_code in {500, 503}
            client.delete(*client.keys("*:lock:*"))
            tokens.append(sessions_and_roles(app, simulator))
        codes = codes_of(simulator) - earlier
        ttls = {key: client.pttl(key) for key in client.scan_iter()}
        return contents(client), log.getvalue(), codes, tokens, ttls


def codes_of(simulator):
    return {message.code for phone in PHONES for message in simulator.inbox(phone)}


def every_flow(app, simulator, rest):
    caller = Caller(app, rest=rest)
    phone = OTHER_PHONE if rest else PHONE
    caller.send(phone, endUserIp="203.0.113.7")
    caller.resend(phone)
    code = simulator.inbox(phone)[-1].code
    caller.validate(wrong(code), phone)
    token = caller.requires_valid(caller.validate(code, phone))["sessionToken"]
    caller.validate(code, phone)
    caller.send(phone)
    for _ in range(10):
        caller.validate(wrong(simulator.inbox(phone)[-1].code), phone)
    caller.send(phone)
    for number in PHONES[2:] * 2:
        caller.send(number)
        caller.validate("123456", number)
    for text in (PHONE + "x", PHONE * 2, f"tel:{PHONE}"):
        caller.send(text)
    caller.validate(code + "0", phone, requestId=phone)
    Caller(app, rest=rest, key=SECRETS["wrong key"]).send(phone)
    app.test_client().post("/", data=f'{{"apiKey":"{GAS_KEY}","phoneNumber":"{PHONE}"')
    return [token]


def sessions_and_roles(app, simulator):
    """Returns a token that is still alive at the end."""
    admin, headers = app.test_client(), {"X-API-Key": CONSOLE_KEY}
    assert admin.put(f"/v1/roles/{LONDON}", json={"role": "staff"}, headers=headers).is_json
    admin.get(f"/v1/roles/{PHONE}", headers=headers)
    admin.get("/v1/roles/x12395550100", headers=headers)
    admin.get(f"/v1/nothing/{PHONE}", headers=headers)
    admin.post("/v1/lockouts/clear", json={"phoneNumber": PHONE}, headers=headers)
    caller = Caller(app, rest=True)
    fresh = "+12395550113"
    caller.send(fresh)
    token = caller.requires_valid(caller.validate(simulator.inbox(fresh)[-1].code, fresh))
    for path in ("introspect", "revoke"):
        admin.post(f"/v1/sessions/{path}", json={"token": f"{token}x"}, headers=headers)
    return token["sessionToken"]


def test_redis_holds_no_secret_and_no_phone_number(aftermath):
    stored, _, codes, tokens, _ = aftermath
    assert len(codes) >= 6
    assert leaks(stored, codes, tokens) == set()


def test_the_log_holds_no_secret_and_no_phone_number(aftermath):
    _, log, codes, tokens, _ = aftermath
    outcomes = {"locked", "rate_limited", "recipient_unreachable", "country_not_allowed"}
    assert all(f'"outcome": "{outcome}"' in log for outcome in outcomes)
    events = {"unexpected_error", "redis_failed", "whatsapp_refused", "whatsapp_unconfirmed"}
    assert all(f'"event": "{event}"' in log for event in events)
    # Microseconds are six digits as well.
    assert leaks(re.sub(r"\.\d{6}Z", "Z", log), codes, tokens) == set()


def test_every_kind_of_key_was_there_to_be_scanned(aftermath):
    stored, _, _, _, ttls = aftermath
    for part in (":audit", ":history:", ":failures:", ":roles", ":sessions:", ":pending:"):
        assert any(part in key for key in ttls), part
    assert "+1******0100" in stored
    assert any(key.startswith("otp-limits") for key in ttls)


def test_every_key_ends_by_itself_save_failures_roles_and_the_chains_heads(aftermath):
    *_, ttls = aftermath
    endless = {key for key, ttl in ttls.items() if ttl < 0}
    kept = (":failures:", ":roles", ":audit:head")
    assert all(any(kind in key for kind in kept) for key in endless), endless


@pytest.mark.parametrize(
    "planted", ["code 123456.", "tok.en", WAMID, PHONE, PHONE[2:], PHONE[-7:], *SECRETS.values()]
)
@pytest.mark.parametrize("kind", ["key", "string", "hash", "list", "set", "zset", "stream"])
def test_the_scan_finds_what_is_planted(store, planted, kind):
    store.set("innocent", "nothing")
    assert leaks(contents(store), {"123456"}, ["tok.en"]) == set()
    if kind == "key":
        store.set(f"limit/{planted}", 1)
    elif kind == "string":
        store.set("plain", planted)
    elif kind == "hash":
        store.hset("plain", "field", planted)
    elif kind == "list":
        store.rpush("plain", "x", planted)
    elif kind == "set":
        store.sadd("plain", planted)
    elif kind == "zset":
        store.zadd("plain", {planted: 1})
    else:
        store.xadd("plain", {"field": planted})
    assert len(leaks(contents(store), {"123456"}, ["tok.en"])) == 1
