"""What `doctor` asks Meta: the token, the number, the webhook. Each class is a HealthCheck."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from otp_service.domain.health import Finding, Gravity, UnansweredError
from otp_service.domain.ports import OperatorJournal
from otp_service.whatsapp.access_token import inspect_access_token
from otp_service.whatsapp.errors import OperatorError, WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.phone_numbers import PhoneNumber, read_phone_number
from otp_service.whatsapp.subscriptions import list_subscribed_apps

_WEEK_S = 7 * 86_400
_LOW_TIERS = frozenset({"TIER_50", "TIER_250"})
_NEW_SYSTEM_USER = "Make a System User token in Meta Business Settings, for WHATSAPP_ACCESS_TOKEN."


@contextmanager
def meta_asked() -> Iterator[None]:
    """Raise UnansweredError when Meta did not answer, or not about what it was asked."""
    try:
        yield
    except WhatsAppError as error:
        raise UnansweredError(str(error)) from None


@dataclass(frozen=True, slots=True)
class AccessTokenHealth:
    graph: GraphClient
    token: str = field(repr=False)
    clock: Callable[[], float] = time.time

    def __call__(self) -> Iterator[Finding]:
        try:
            with meta_asked():
                found = inspect_access_token(self.graph, self.token)
        except UnansweredError as error:
            # A dead token cannot ask about itself.
            if isinstance(error.__context__, OperatorError):
                yield _dead_token()
                return
            raise
        if not found.is_valid:
            yield _dead_token()
            return
        if found.missing_scopes:
            yield Finding(
                "token_scopes",
                Gravity.FATAL,
                f"The access token lacks {' and '.join(found.missing_scopes)}.",
                "Meta refuses what needs it: messages, or templates and webhooks.",
                _NEW_SYSTEM_USER,
            )
        yield _expiry(found.expires_at, self.clock())


def _dead_token() -> Finding:
    return Finding(
        "token_valid",
        Gravity.FATAL,
        "Meta does not accept the access token.",
        "No code goes out.",
        _NEW_SYSTEM_USER,
    )


def _expiry(expires_at: int | None, now_s: float) -> Finding:
    if expires_at is None:
        return Finding("token_valid", Gravity.GOOD, "The access token is valid and never expires.")
    days = (expires_at - now_s) / 86_400
    if expires_at - now_s > _WEEK_S:
        return Finding("token_valid", Gravity.GOOD, f"The token expires in {days:.0f} days.")
    return Finding(
        "token_valid",
        Gravity.WARNING,
        f"The access token expires in {days:.1f} days.",
        "From then on no code goes out.",
        _NEW_SYSTEM_USER,
    )


@dataclass(frozen=True, slots=True)
class NumberHealth:
    graph: GraphClient
    phone_number_id: str

    def __call__(self) -> Iterator[Finding]:
        with meta_asked():
            number = read_phone_number(self.graph, self.phone_number_id)
        yield _registration(number)
        yield _quality(number)
        yield _name(number)
        yield _capacity(number)


def _registration(number: PhoneNumber) -> Finding:
    if number.is_connected:
        return Finding("number_registered", Gravity.GOOD, "The business number is connected.")
    return Finding(
        "number_registered",
        Gravity.FATAL,
        f"The business number is {number.status or 'of no known status'}, not CONNECTED.",
        "Meta takes no messages from it.",
        "otp-service whatsapp register",
    )


def _quality(number: PhoneNumber) -> Finding:
    if number.quality_rating not in {"YELLOW", "RED"}:
        what = f"The number's quality is {number.quality_rating or 'not rated'}."
        return Finding("number_quality", Gravity.GOOD, what)
    return Finding(
        "number_quality",
        Gravity.WARNING,
        f"The number's quality is {number.quality_rating}.",
        "People block or report the messages; Meta may lower the limit or pause the template.",
        "Look at who is sent codes, and who says not to have asked: otp-service audit tail",
    )


def _name(number: PhoneNumber) -> Finding:
    if number.name_status in {"APPROVED", "AVAILABLE_WITHOUT_REVIEW"}:
        what = f"People see the name {number.verified_name}."
        return Finding("number_name", Gravity.GOOD, what)
    return Finding(
        "number_name",
        Gravity.WARNING,
        f"The display name is {number.name_status or 'of no known status'}.",
        "People see a bare number and may take the code for fraud.",
        "WhatsApp Manager, Phone numbers, Profile: have the display name reviewed.",
    )


def _capacity(number: PhoneNumber) -> Finding:
    what = (
        f"Throughput {number.throughput_level or 'unknown'}, "
        f"messaging limit {number.messaging_limit or 'unknown'}."
    )
    if number.messaging_limit not in _LOW_TIERS:
        return Finding("number_limits", Gravity.GOOD, what)
    return Finding(
        "number_limits",
        Gravity.WARNING,
        what,
        "Beyond it Meta refuses codes to further people until a day has passed.",
        "Have the business verified; the limit then rises by itself with use.",
    )


@dataclass(frozen=True, slots=True)
class WebhookHealth:
    """Whether delivery reports can come, and did."""

    graph: GraphClient
    business_account_id: str
    phone_number_id: str
    journal: OperatorJournal
    clock: Callable[[], float] = time.time

    def __call__(self) -> Iterator[Finding]:
        with meta_asked():
            apps = list(list_subscribed_apps(self.graph, self.business_account_id))
            number = read_phone_number(self.graph, self.phone_number_id)
        yield _subscription(len(apps))
        yield _callback(number.webhooks.in_effect if number.webhooks else None)
        yield _last_seen(self.journal.webhook_last_seen_at(), self.clock())


def _subscription(apps: int) -> Finding:
    if apps:
        return Finding("webhook_subscribed", Gravity.GOOD, "The app gets the account's webhooks.")
    return Finding(
        "webhook_subscribed",
        Gravity.WARNING,
        "No app gets the account's webhooks.",
        "Nobody learns that a code did not arrive, and the did-not-request button does nothing.",
        "otp-service whatsapp subscribe",
    )


def _callback(url: str | None) -> Finding:
    if url is None:
        what, why = "Meta knows no callback address.", "Webhooks have nowhere to go."
    elif not url.startswith("https://") or not url.rstrip("/").endswith("/whatsapp/webhooks"):
        what = "The callback address does not look like https://…/whatsapp/webhooks."
        why = "Webhooks go elsewhere."
    else:
        return Finding("webhook_callback", Gravity.GOOD, "The callback is an address of ours.")
    return Finding(
        "webhook_callback",
        Gravity.WARNING,
        what,
        why,
        "otp-service whatsapp app-webhook https://YOUR-HOST/whatsapp/webhooks",
    )


def _last_seen(seen_at: int | None, now_s: float) -> Finding:
    if seen_at is None:
        return Finding(
            "webhook_seen",
            Gravity.WARNING,
            "No webhook has come yet.",
            "Before the first send that is as it should be; after it, reports are lost.",
            "Send a code and look again; then check the callback and the app secret.",
        )
    hours = (now_s - seen_at) / 3600
    return Finding("webhook_seen", Gravity.GOOD, f"The last webhook came {hours:.1f} hours ago.")
