"""Where one visitor's login stands, carried by the visitor and sealed by us."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from itsdangerous import BadData, Signer, URLSafeTimedSerializer

STATE_TTL_S = 15 * 60
# Beside the state's own name: a field that means something else is another version.
_PURPOSE = "otp-service/login-page/v1"
_CSRF_PURPOSE = "otp-service/login-page/csrf/v1"
_SIGNING = {"key_derivation": "hmac", "digest_method": sha256}
_MAX_SEALED_CHARS = 3000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the last step did not work, for the next screen to say.

    `code` and `scope`, which may be a refusal's `reason`, are the contract's words. `until` is
    Unix seconds from which trying again can help, 0 for no such instant.
    """

    code: str
    scope: str = ""
    until: int = 0
    tries_left: int | None = None


@dataclass(frozen=True, slots=True)
class LoginState:
    """One visit to the login screen.

    `origin` is the page that embeds us, empty on our own. `entered` is the number as typed,
    `phone` the same as E.164 once a code is on its way to it, under `request_id`. `expires_at` is
    Unix seconds, 0 when unknown. `logged_in_as` is the masked number of a login that was won,
    `notice` the word for something good that just happened.
    """

    visit_id: str
    language: str = ""
    theme: str = ""
    next_page: str = ""
    origin: str = ""
    country: str = ""
    entered: str = ""
    phone: str = ""
    request_id: str = ""
    expires_at: int = 0
    logged_in_as: str = ""
    notice: str = ""
    refusal: Refusal | None = None

    @property
    def awaits_code(self) -> bool:
        return bool(self.phone)

    def heard(self) -> "LoginState":
        """Without what was to be said once."""
        return replace(self, notice="", refusal=None)

    def __repr__(self) -> str:
        return f"LoginState({self.visit_id})"


def new_visit_id() -> str:
    return secrets.token_urlsafe(12)


class StateSeal:
    """Signs states, and CSRF tokens for them. `keys` newest first: one signs, all verify."""

    def __init__(self, keys: Sequence[bytes], ttl_s: int = STATE_TTL_S) -> None:
        self._ttl_s = ttl_s
        ring = list(reversed(keys))
        self._states = URLSafeTimedSerializer(ring, salt=_PURPOSE, signer_kwargs=_SIGNING)
        self._csrf = Signer(ring, salt=_CSRF_PURPOSE, key_derivation="hmac", digest_method=sha256)

    def seal(self, state: LoginState) -> str:
        """Signed, not secret: it goes to the visitor whose number is in it, and nowhere else."""
        return self._states.dumps({name: value for name, value in asdict(state).items() if value})

    def open(self, sealed: str) -> LoginState | None:
        """None for what we did not seal, and for what is older than `ttl_s`."""
        if len(sealed) > _MAX_SEALED_CHARS or not sealed.isascii():
            return None
        try:
            members = self._states.loads(sealed, max_age=self._ttl_s)
        except BadData:
            return None
        refusal = members.pop("refusal", None)
        return LoginState(**members, refusal=Refusal(**refusal) if refusal else None)

    def csrf_token(self, state: LoginState) -> str:
        return self._csrf.get_signature(state.visit_id).decode()

    def is_csrf_token(self, token: str, state: LoginState) -> bool:
        return token.isascii() and self._csrf.verify_signature(state.visit_id, token)
