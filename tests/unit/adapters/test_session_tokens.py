"""Session tokens: only an unexpired token of ours, for our audience and purpose, is a session."""

import base64
import hashlib
import json
import zlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

from otp_service.adapters.itsdangerous_session_tokens import (
    MAX_TOKEN_CHARS,
    ItsdangerousSessionTokens,
)
from otp_service.domain.roles import Role
from otp_service.domain.session import Session

OLD_KEY, NEW_KEY = b"old-key-of-the-session-tokens", b"new-key-of-the-session-tokens"
SALT = "otp-service/session/v1"
SESSION = Session("jti-of-this-one", "a2b3" * 6, Role.STAFF, "gas", 1_000, 44_200)
CLAIMS = {
    "sub": SESSION.phone_id,
    "role": "staff",
    "jti": SESSION.session_id,
    "aud": "shamrock",
    "cid": "gas",
    "iat": 1_000,
    "exp": 44_200,
}


class Clock:
    now = 2_000.0

    def __call__(self) -> float:
        return self.now


def tokens_of(*keys: bytes, audience: str = "shamrock", clock: Clock | None = None):
    return ItsdangerousSessionTokens(keys, audience, clock or Clock())


def payload_of(token: str) -> bytes:
    """What anybody can read in a token without a key."""
    packed = token.lstrip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    return zlib.decompress(raw) if token.startswith(".") else raw


def foreign_token(key: bytes = OLD_KEY, salt: str = SALT, **options: Any) -> str:
    """CLAIMS signed by somebody who is nearly us."""
    defaults: dict[str, Any] = {
        "signer": TimestampSigner,
        "signer_kwargs": {"key_derivation": "hmac", "digest_method": hashlib.sha256},
    }
    return str(URLSafeTimedSerializer(key, salt=salt, **{**defaults, **options}).dumps(CLAIMS))


@pytest.mark.parametrize("role", Role)
def test_a_session_comes_back_as_it_was_signed(role):
    session = Session("jti", "phone", role, "client", 1_000, 9_000)
    tokens = tokens_of(OLD_KEY)
    read = tokens.read(tokens.sign(session))
    assert read == session
    assert read is not None
    assert read.role is role


def test_a_token_holds_the_claims_of_the_contract_and_no_phone_number():
    claims = json.loads(payload_of(tokens_of(OLD_KEY).sign(SESSION)))
    assert claims == CLAIMS


def test_a_token_signed_elsewhere_with_the_same_key_purpose_and_method_is_ours():
    # The control of the tests below: each changes one thing of this.
    assert tokens_of(OLD_KEY).read(foreign_token()) == SESSION


@pytest.mark.parametrize(
    "token",
    [
        foreign_token(key=NEW_KEY),
        foreign_token(salt="otp-service/csrf/v1"),
        foreign_token(salt=""),
        foreign_token(signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1}),
        foreign_token(signer_kwargs={"key_derivation": "none", "digest_method": hashlib.sha256}),
        URLSafeSerializer(
            OLD_KEY,
            salt=SALT,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        ).dumps(CLAIMS),
    ],
    ids=["another key", "another purpose", "no purpose", "sha1", "no derivation", "no time"],
)
def test_a_token_signed_in_any_other_way_is_none(token):
    assert tokens_of(OLD_KEY).read(str(token)) is None


def test_a_token_for_another_audience_is_none():
    token = tokens_of(OLD_KEY, audience="another").sign(SESSION)
    assert tokens_of(OLD_KEY).read(token) is None


def test_after_a_rotation_old_tokens_are_read_and_new_ones_take_the_newest_key():
    rotated = tokens_of(NEW_KEY, OLD_KEY)
    assert rotated.read(tokens_of(OLD_KEY).sign(SESSION)) == SESSION
    assert tokens_of(NEW_KEY).read(rotated.sign(SESSION)) == SESSION
    assert tokens_of(OLD_KEY).read(rotated.sign(SESSION)) is None


def test_a_retired_key_reads_no_more():
    assert tokens_of(NEW_KEY).read(tokens_of(OLD_KEY).sign(SESSION)) is None


@pytest.mark.parametrize(("now", "alive"), [(44_199.9, True), (44_200.0, False), (1e6, False)])
def test_a_token_ends_at_its_expiry_by_the_clock_it_was_given(now, alive):
    clock = Clock()
    tokens = tokens_of(OLD_KEY, clock=clock)
    token = tokens.sign(SESSION)
    clock.now = now
    assert (tokens.read(token) is not None) is alive


def test_the_timestamp_in_a_token_is_of_the_given_clock():
    clock = Clock()
    tokens = tokens_of(OLD_KEY, clock=clock)
    first = tokens.sign(SESSION)
    assert tokens.sign(SESSION) == first
    clock.now += 1
    assert tokens.sign(SESSION) != first


@given(st.data())
def test_a_token_that_was_changed_anywhere_is_none(data):
    tokens = tokens_of(OLD_KEY)
    token = tokens.sign(SESSION)
    # The last character of a base64 part has bits that mean nothing; all others matter.
    place = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.characters(codec="ascii").filter(lambda char: char != token[place]))
    read = tokens.read(token[:place] + other + token[place + 1 :])
    assert read is None or read == SESSION
    assert tokens.read(token[:place]) is None


@given(st.text())
@example("")
@example("....")
@example("a.b.c")
@example(".eJw.a.b")
@example("\u0661.\u0662.\u0663")
@example("\x00")
def test_junk_is_none(junk):
    assert tokens_of(OLD_KEY).read(junk) is None


def test_half_a_surrogate_pair_is_none():
    assert tokens_of(OLD_KEY).read("\ud800") is None


def test_an_oversized_token_is_none_although_it_is_signed():
    tokens = tokens_of(OLD_KEY)
    longest = Session("j" * 100, "p" * 100, Role.STAFF, "c" * 100, 1_000, 44_200)
    token = tokens.sign(longest)
    assert len(token) <= MAX_TOKEN_CHARS
    assert tokens.read(token) == longest
    incompressible = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(40))
    oversized = Session(incompressible, "p", Role.STAFF, "c", 1_000, 44_200)
    token = tokens.sign(oversized)
    assert len(token) > MAX_TOKEN_CHARS
    assert tokens.read(token) is None


def test_letters_behind_the_signature_do_not_make_another_good_token():
    tokens = tokens_of(OLD_KEY)
    token = tokens.sign(SESSION)
    assert tokens.read(token) == SESSION
    assert tokens.read(token + "é") is None
