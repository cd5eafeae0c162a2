"""SessionTokens by itsdangerous: signed and timed, the purpose in the salt, a ring of keys."""

import functools
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from itsdangerous import BadData, Signer, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

from otp_service.domain.ports import Clock
from otp_service.domain.roles import Role
from otp_service.domain.session import Session
from otp_service.domain.subject import read_user_id

# A token signed for another purpose, with the same keys, never reads as a session.
_PURPOSE = "otp-service/session/v1"
MAX_TOKEN_CHARS = 1024


class _TokenSerializer(URLSafeTimedSerializer):
    """One signer for all tokens: making it, and its keys, takes longer than to sign."""

    @functools.cached_property
    def _only_signer(self) -> Signer:
        return super().make_signer()

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        return self._only_signer if salt in (None, self.salt) else super().make_signer(salt)

    def dump_payload(self, obj: object) -> bytes:
        # Not compressed, which saves nothing of so little; one that is still reads the same.
        return base64_encode(json.dumps(obj, separators=(",", ":")))


class ItsdangerousSessionTokens:
    """`keys` newest first: the first signs, all verify. `audience` is who the tokens are for."""

    def __init__(self, keys: Sequence[bytes], audience: str, clock: Clock) -> None:
        self._audience = audience
        self._clock = clock

        class ClockedSigner(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

            @functools.cache  # noqa: B019 - there is one signer, and a key for each of the ring
            def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
                return super().derive_key(secret_key)

        self._serializer = _TokenSerializer(
            list(reversed(keys)),
            salt=_PURPOSE,
            signer=ClockedSigner,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, session: Session) -> str:
        return self._serializer.dumps(
            {
                "sub": session.user_id,
                "role": session.role,
                "jti": session.session_id,
                "aud": self._audience,
                "cid": session.client_id,
                "iat": session.issued_at,
                "exp": session.expires_at,
            }
        )

    def read(self, token: str) -> Session | None:
        # itsdangerous would overlook other letters behind the signature.
        if len(token) > MAX_TOKEN_CHARS or not token.isascii():
            return None
        try:
            claims: dict[str, Any] = self._serializer.loads(token)
        except BadData:
            return None
        if claims["aud"] != self._audience or claims["exp"] <= self._clock():
            return None
        phone_id, former_owners = read_user_id(claims["sub"])
        return Session(
            session_id=claims["jti"],
            phone_id=phone_id,
            role=Role(claims["role"]),
            client_id=claims["cid"],
            issued_at=claims["iat"],
            expires_at=claims["exp"],
            former_owners=former_owners,
        )
