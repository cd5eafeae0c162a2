"""Meta's proof that a webhook is its own, as Meta makes it."""

import hashlib
import hmac

from tests.conftest import APP_SECRET, VERIFY_TOKEN

HANDSHAKE = {
    "hub.mode": "subscribe",
    "hub.verify_token": VERIFY_TOKEN,
    "hub.challenge": "1158201444",
}


def signature_of(raw: bytes) -> dict[str, str]:
    """The header that Meta sends with this body."""
    mac = hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={mac}"}
