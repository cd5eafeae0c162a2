"""What `doctor` says of the webhooks: whether delivery reports can come, and did."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from otp_service.adapters.whatsapp_identity_health import identity_findings
from otp_service.adapters.whatsapp_refusal import account_finding, number_finding
from otp_service.domain.audit import AuditEvent
from otp_service.domain.audit_read_ports import AuditCounters
from otp_service.domain.audit_summary import Granularity, SummaryRange
from otp_service.domain.health import Finding, Gravity
from otp_service.domain.ports import OperatorJournal
from otp_service.whatsapp.access_token import inspect_access_token
from otp_service.whatsapp.errors import WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.phone_numbers import read_phone_number
from otp_service.whatsapp.subscriptions import (
    AppSubscription,
    list_app_subscriptions,
    list_subscribed_apps,
    read_app_access_token,
)

#: What the service acts on: delivery reports, and news that make it look at Meta's side again.
NEEDED_FIELDS = (
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "business_capability_update",
    "account_update",
    "account_alerts",
    "account_review_update",
    "security",
)
_OURS = "whatsapp_business_account"
_PATH = "/whatsapp/webhooks"
_SET_APP_WEBHOOK = "`otp-service whatsapp app-webhook https://YOUR-HOST/whatsapp/webhooks`"
_HOUR_S = 3_600
_LOOK_BACK_H = 24


@dataclass(frozen=True, slots=True)
class WebhookHealth:
    """A HealthCheck. `graph_with` makes a client with another token, here the app's own."""

    subject: ClassVar[str] = "webhook"
    graph: GraphClient
    graph_with: Callable[[str], GraphClient]
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    business_account_id: str
    phone_number_id: str
    journal: OperatorJournal
    counters: AuditCounters
    keeps_identity: bool = False
    clock: Callable[[], float] = time.time

    def __call__(self) -> Iterator[Finding]:
        try:
            app_id = inspect_access_token(self.graph, self.token).app_id
            apps = [app.id for app in list_subscribed_apps(self.graph, self.business_account_id)]
        except WhatsAppError as error:
            yield account_finding(error)
            return
        try:
            number = read_phone_number(self.graph, self.phone_number_id)
        except WhatsAppError as error:
            yield number_finding(error)
            return
        yield _subscription(apps, app_id)
        yield _callback(number.webhooks.in_effect if number.webhooks else None)
        if app_id is not None:
            yield self._fields(app_id)
        yield self._last_seen()
        told = self.journal.identity_last_told()
        yield from identity_findings(wanted=self.keeps_identity, told=told)

    def _fields(self, app_id: str) -> Finding:
        try:
            token = read_app_access_token(self.graph, app_id, self.app_secret)
            with self.graph_with(token) as app_graph:
                subscriptions = list_app_subscriptions(app_graph, app_id)
        except WhatsAppError as error:
            return Finding(
                "webhook_fields",
                Gravity.WARNING,
                "Meta does not say which webhook fields the app gets.",
                str(error),
                "App Dashboard, WhatsApp, Configuration: see which fields are subscribed.",
            )
        return _field_finding(subscriptions)

    def _last_seen(self) -> Finding:
        """Raise StoreUnavailableError."""
        now_s = self.clock()
        seen_at = self.journal.webhook_last_seen_at()
        # Of whole hours only: reports about the last minutes may still be on their way.
        now_h = int(now_s) // _HOUR_S
        first_h = max((seen_at or 0) // _HOUR_S + 1, now_h - _LOOK_BACK_H)
        silent = self._accepted(first_h, now_h - first_h)
        if silent:
            return Finding(
                "webhook_seen",
                Gravity.WARNING,
                f"{silent} codes went out since the last webhook came.",
                "Nobody learns whether a code arrived, and login screens show nothing.",
                "Check the callback, the verify token and the app secret: " + _SET_APP_WEBHOOK,
            )
        if seen_at is None:
            what = "No webhook has come yet; the first code brings one."
            return Finding("webhook_seen", Gravity.GOOD, what)
        hours = max(0.0, now_s - seen_at) / _HOUR_S
        what = f"The last webhook came {hours:.1f} hours ago."
        return Finding("webhook_seen", Gravity.GOOD, what)

    def _accepted(self, first_hour: int, hours: int) -> int:
        """How many codes Meta took in these hours."""
        if hours <= 0:
            return 0
        counted = self.counters.read(SummaryRange(Granularity.HOUR, first_hour, hours))
        return sum(
            count
            for counters in counted
            for name, count in counters.items()
            if name.partition("|")[0] == AuditEvent.SEND_ACCEPTED
        )


def _subscription(apps: list[str], app_id: str | None) -> Finding:
    if app_id in apps or (app_id is None and apps):
        return Finding("webhook_subscribed", Gravity.GOOD, "The app gets the account's webhooks.")
    return Finding(
        "webhook_subscribed",
        Gravity.WARNING,
        f"The app does not get the account's webhooks{'; another app does' if apps else ''}.",
        "Nobody learns that a code did not arrive, and the did-not-request button does nothing.",
        "`otp-service whatsapp subscribe`",
    )


def _callback(url: str | None) -> Finding:
    if url is None:
        what, why = "Meta knows no callback address.", "Webhooks have nowhere to go."
    elif not url.startswith("https://") or not url.rstrip("/").endswith(_PATH):
        what = f"The callback address does not look like https://…{_PATH}."
        why = "Webhooks go elsewhere."
    else:
        return Finding("webhook_callback", Gravity.GOOD, "The callback is an address of ours.")
    return Finding("webhook_callback", Gravity.WARNING, what, why, _SET_APP_WEBHOOK)


def _field_finding(subscriptions: list[AppSubscription]) -> Finding:
    subscribed = {
        name
        for subscription in subscriptions
        if subscription.object == _OURS and subscription.active is not False
        for name in subscription.fields
    }
    missing = [name for name in NEEDED_FIELDS if name not in subscribed]
    if not missing:
        return Finding("webhook_fields", Gravity.GOOD, "The app gets every webhook field needed.")
    return Finding(
        "webhook_fields",
        Gravity.WARNING,
        f"The app does not get the webhook fields {', '.join(missing)}.",
        "What they tell comes late or never: delivery, the template, the number, the account.",
        _SET_APP_WEBHOOK,
    )
