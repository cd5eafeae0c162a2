"""One secret of the settings, several keys."""

import hashlib
import hmac


def derived_key(secret: str, purpose: str) -> bytes:
    """HMAC-SHA-256 as the KDF of NIST SP 800-108r1 in counter mode."""
    return hmac.digest(secret.encode(), f"otp-service/{purpose}/v1".encode(), hashlib.sha256)
