"""What `doctor` says of the access token: alive, for how long, and for what."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from otp_service.adapters.whatsapp_refusal import DEAD_TOKEN, MAKE_ANOTHER, finding_of
from otp_service.domain.health import Finding, Gravity
from otp_service.whatsapp.access_token import AccessToken, inspect_access_token
from otp_service.whatsapp.errors import WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient

_DAY_S = 86_400
_SOON_S = 7 * _DAY_S
_SYSTEM_USER = "SYSTEM_USER"


@dataclass(frozen=True, slots=True)
class AccessTokenHealth:
    """A HealthCheck."""

    subject: ClassVar[str] = "token"
    graph: GraphClient
    token: str = field(repr=False)
    business_account_id: str
    clock: Callable[[], float] = time.time

    def __call__(self) -> Iterator[Finding]:
        try:
            found = inspect_access_token(self.graph, self.token)
        except WhatsAppError as error:
            yield finding_of(error, self.subject, "WHATSAPP_ACCESS_TOKEN")
            return
        now_s = self.clock()
        if not found.is_valid or (found.expires_at or now_s + 1) <= now_s:
            yield DEAD_TOKEN
            return
        yield _expiry(found.expires_at, now_s)
        yield _scopes(found, self.business_account_id)
        yield _kind(found)


def _expiry(expires_at: int | None, now_s: float) -> Finding:
    if expires_at is None:
        return Finding("token_valid", Gravity.GOOD, "The access token is valid and never expires.")
    days = (expires_at - now_s) / _DAY_S
    what = f"The access token expires in {days:.1f} days."
    if expires_at - now_s > _SOON_S:
        return Finding("token_valid", Gravity.GOOD, what)
    return Finding(
        "token_valid", Gravity.WARNING, what, "From then on no code goes out.", MAKE_ANOTHER
    )


def _scopes(found: AccessToken, business_account_id: str) -> Finding:
    if found.missing_scopes:
        lacking = " and ".join(found.missing_scopes)
        return _unfit(f"The access token lacks {lacking}.")
    # For each scope the accounts it is limited to; none named: not limited.
    if any(ids and business_account_id not in ids for ids in found.granular_scopes.values()):
        return _unfit("The access token is for other accounts than WHATSAPP_BUSINESS_ACCOUNT_ID.")
    return Finding("token_scopes", Gravity.GOOD, "The access token may do what is needed.")


def _unfit(what: str) -> Finding:
    why = "Meta refuses what needs it: messages, or templates and webhooks."
    return Finding("token_scopes", Gravity.FATAL, what, why, MAKE_ANOTHER)


def _kind(found: AccessToken) -> Finding:
    if found.type in {None, _SYSTEM_USER}:
        return Finding("token_kind", Gravity.GOOD, "The access token is a system user's.")
    return Finding(
        "token_kind",
        Gravity.WARNING,
        f"The access token is of the kind {found.type}, not a system user's.",
        "A person's token dies within hours, or with the person's password.",
        MAKE_ANOTHER,
    )
