"""A body is Meta's own when its signature was made over exactly these bytes."""

import hashlib
import hmac
import json

import pytest

from otp_service.whatsapp.webhooks import is_signed

SECRET = "0123456789abcdef0123456789abcdef"
ESCAPED = b'{"name": "\\u00e4\\ud83d\\ude00"}'


def signature(raw: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def test_the_signature_of_rfc_4231_is_right():
    # Test case 2: key "Jefe".
    mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert is_signed("Jefe", b"what do ya want for nothing?", f"sha256={mac}")


@pytest.mark.parametrize("raw", [b"", b"{}", ESCAPED, b"\x00\xff not JSON", "ä😀".encode()])
def test_any_bytes_can_be_signed(raw):
    assert is_signed(SECRET, raw, signature(raw))


def test_the_signature_is_over_what_is_on_the_wire_not_over_its_meaning():
    unescaped = json.dumps(json.loads(ESCAPED), ensure_ascii=False).encode()
    assert json.loads(unescaped) == json.loads(ESCAPED)
    assert not is_signed(SECRET, unescaped, signature(ESCAPED))
    assert not is_signed(SECRET, ESCAPED.replace(b"\\u00e4", b"\\u00E4"), signature(ESCAPED))
    assert not is_signed(SECRET, ESCAPED + b" ", signature(ESCAPED))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "sha256=",
        signature(ESCAPED).removeprefix("sha256="),
        signature(ESCAPED).upper(),
        signature(ESCAPED).replace("sha256=", "SHA256="),
        "sha256=" + signature(ESCAPED).removeprefix("sha256=").upper(),
        signature(ESCAPED).replace("sha256=", "sha1="),
        signature(ESCAPED)[:-1],
        signature(ESCAPED) + "0",
        " " + signature(ESCAPED),
        signature(ESCAPED, SECRET[::-1]),
        signature(ESCAPED, ""),
        signature(b""),
    ],
)
def test_any_other_signature_is_wrong(given):
    assert is_signed(SECRET, ESCAPED, given) is False


@pytest.mark.parametrize("given", ["sha256=é", "\xff\xfe", "sha256=" + "😀" * 64, "\udcff"])
def test_a_header_that_is_not_ascii_is_wrong_and_no_error(given):
    assert is_signed(SECRET, ESCAPED, given) is False
