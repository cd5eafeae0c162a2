"""SessionTokens by itsdangerous: signed and timed, the purpose in the salt, a ring of keys."""

import hashlib
from collections.abc import Sequence
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from otp_service.domain.ports import Clock
from otp_service.domain.roles import Role
from otp_service.domain.session import Session

# A token signed for another purpose, with the same keys, never reads as a session.
_PURPOSE = "otp-service/session/v1"
MAX_TOKEN_CHARS = 1024


class ItsdangerousSessionTokens:
    """`keys` newest first: the first signs, all verify. `audience` is who the tokens are for."""

    def __init__(self, keys: Sequence[bytes], audience: str, clock: Clock) -> None:
        self._audience = audience
        self._clock = clock

        class ClockedSigner(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

        self._serializer: URLSafeTimedSerializer = URLSafeTimedSerializer(
            list(reversed(keys)),
            salt=_PURPOSE,
            signer=ClockedSigner,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, session: Session) -> str:
        return self._serializer.dumps(
            {
                "sub": session.phone_id,
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
        return Session(
            session_id=claims["jti"],
            phone_id=claims["sub"],
            role=Role(claims["role"]),
            client_id=claims["cid"],
            issued_at=claims["iat"],
            expires_at=claims["exp"],
        )
