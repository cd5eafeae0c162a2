"""How the console's addresses name a person: by the userId, with the masked number sealed beside.

The audit tells the masked number of a userId that it knows. For a number that nobody has used
yet only the look-up knows it; sealed, so that no link of others' making shows a number that is
not the userId's.
"""

from collections.abc import Sequence
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from otp_service.domain.subject import Subject

_PURPOSE = "otp-service/console/number/v1"
_MAX_CHARS = 512


class NumberLinks:
    """`keys` newest first: one signs, all verify."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._serializer = URLSafeSerializer(
            list(reversed(keys)),
            salt=_PURPOSE,
            signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
        )

    def seal(self, subject: Subject) -> str:
        return self._serializer.dumps([subject.phone_id, subject.masked_phone, subject.country])

    def open(self, phone_id: str, sealed: str) -> Subject | None:
        """None for what we did not seal, or sealed for another userId."""
        if len(sealed) > _MAX_CHARS or not sealed.isascii():
            return None
        try:
            sealed_id, masked_phone, country = self._serializer.loads(sealed)
        except BadData:
            return None
        return Subject(phone_id, masked_phone, country) if sealed_id == phone_id else None
