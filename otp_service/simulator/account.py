"""What Meta keeps of the business account beside messages and templates, and how it changes.

Meta, "WhatsApp Business Account", "Phone numbers", "Webhooks, account_update, account_alerts,
account_review_update, business_capability_update, phone_number_quality_update,
phone_number_name_update, security".
"""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import phonenumbers

from otp_service.simulator.account_facts import (
    AccountFacts,
    AppSubscription,
    AssignedUser,
    NumberState,
    TokenFacts,
)
from otp_service.simulator.management_limit import ManagementLimit
from otp_service.simulator.settings import SimulatorSettings

#: Ids that nothing in the settings decides. A media object is there from the start.
MEDIA_ID = "1037543291543636"
SYSTEM_USER_ID = "122103847690001"

_TIERS = ("TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")
_ENTITIES = ("PHONE_NUMBER", "WABA", "BUSINESS", "APP")


@dataclass(frozen=True)
class AccountChange:
    """What a webhook would tell: `field` and `value` of one entry of `changes`."""

    field: str
    value: dict[str, Any]


class AccountState:
    """In memory, safe for many threads. Whatever is read is a snapshot.

    `clock` gives Unix seconds.
    """

    def __init__(
        self, settings: SimulatorSettings, clock: Callable[[], float] = time.time
    ) -> None:
        self.clock = clock
        self.management_limit = ManagementLimit(settings.management_calls_per_hour, clock)
        self._settings = settings
        self._lock = threading.RLock()
        self._listeners: list[Callable[[AccountChange], None]] = []
        self._number = NumberState(verified_name=settings.display_name)
        self._facts = AccountFacts(name=settings.display_name)
        self._token = TokenFacts()
        self._health = dict.fromkeys(_ENTITIES, "AVAILABLE")
        #: App id to the callback that overrides the app's own, None without one.
        self.subscribed_apps: dict[str, str | None] = {}
        self.assigned_users = {
            SYSTEM_USER_ID: AssignedUser(SYSTEM_USER_ID, "otp-service", "SYSTEM_USER")
        }
        self.app_subscription: AppSubscription | None = None
        self.media_ids = {MEDIA_ID}
        #: Fields that answer as if the API version did not know them.
        self.unknown_fields: frozenset[str] = frozenset()

    def on_change(self, listener: Callable[[AccountChange], None]) -> None:
        """Calls `listener`, in the thread of the change, with each change Meta would report."""
        with self._lock:
            self._listeners.append(listener)

    @property
    def number(self) -> NumberState:
        return self._number

    @property
    def facts(self) -> AccountFacts:
        return self._facts

    @property
    def token(self) -> TokenFacts:
        return self._token

    @property
    def health(self) -> dict[str, str]:
        """`can_send_message` of each entity type; a number that is not connected is BLOCKED."""
        with self._lock:
            health = dict(self._health)
            if self._number.status != "CONNECTED":
                health["PHONE_NUMBER"] = "BLOCKED"
            return health

    @property
    def display_phone_number(self) -> str:
        number = phonenumbers.parse(self._settings.business_number)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def change_number(self, **members: Any) -> None:  # noqa: ANN401  # members of NumberState
        """Raises `TypeError` for a member that `NumberState` does not have."""
        with self._lock:
            before, self._number = self._number, replace(self._number, **members)
            after = self._number
        self._report(*self._number_changes(before, after))

    def change_facts(self, **members: Any) -> None:  # noqa: ANN401  # members of AccountFacts
        with self._lock:
            before, self._facts = self._facts, replace(self._facts, **members)
            after = self._facts
        changed = asdict(before).items() ^ asdict(after).items()
        if before.account_review_status != after.account_review_status:
            review = {"decision": after.account_review_status}
            self._report(AccountChange("account_review_update", review))
        events = {
            ("account_review_status", "RESTRICTED"): "ACCOUNT_RESTRICTION",
            ("account_review_status", "REJECTED"): "ACCOUNT_VIOLATION",
            ("status", "INACTIVE"): "DISABLED_UPDATE",
        }
        for member, event in events.items():
            if member in changed and member in asdict(after).items():
                self._report(AccountChange("account_update", {"event": event}))

    def change_token(self, **members: Any) -> None:  # noqa: ANN401  # members of TokenFacts
        with self._lock:
            self._token = replace(self._token, **members)

    def change_health(self, entity_type: str, can_send_message: str) -> None:
        """`entity_type`: one of `health`."""
        with self._lock:
            self._health[entity_type] = can_send_message

    def raise_alert(self, alert_type: str) -> None:
        """Meta's word on a higher messaging limit, which no node shows."""
        alert = {
            "alert_severity": "CRITICAL" if alert_type.endswith("FAILED") else "WARNING",
            "alert_status": "ACTIVE",
            "alert_type": alert_type,
            "alert_description": "The messaging limit of this business stays as it is.",
        }
        value = {"entity_type": "BUSINESS", "entity_id": self._settings.business_id}
        self._report(AccountChange("account_alerts", value | {"alert_info": alert}))

    def entity_id(self, entity_type: str) -> str:
        ids = (
            self._settings.phone_number_id,
            self._settings.business_account_id,
            self._settings.business_id,
            self._settings.app_id,
        )
        return dict(zip(_ENTITIES, ids, strict=True))[entity_type]

    def _number_changes(self, before: NumberState, after: NumberState) -> list[AccountChange]:
        limits = (
            before.whatsapp_business_manager_messaging_limit,
            after.whatsapp_business_manager_messaging_limit,
        )
        events = [
            _flag_event(before.quality_rating, after.quality_rating),
            _limit_event(*limits),
            "THROUGHPUT_UPGRADE" if (before.throughput, after.throughput) == _UPGRADE else None,
        ]
        value = {
            "display_phone_number": self._settings.business_number.removeprefix("+"),
            "old_limit": limits[0],
            "current_limit": limits[1],
            "max_daily_conversations_per_business": limits[1],
        }
        changes = [
            AccountChange("phone_number_quality_update", value | {"event": event})
            for event in events
            if event
        ]
        if limits[0] != limits[1]:
            changes.append(AccountChange("business_capability_update", _capability(limits[1])))
        shown = {"display_phone_number": value["display_phone_number"]}
        if before.name_status != after.name_status:
            changes.append(AccountChange("phone_number_name_update", shown | _name(after)))
        if before.pin != after.pin and after.pin is not None:
            changed = {"event": "PIN_CHANGED", "requester": SYSTEM_USER_ID}
            changes.append(AccountChange("security", shown | changed))
        return changes

    def _report(self, *changes: AccountChange) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for change in changes:
            for listener in listeners:
                listener(change)


_UPGRADE = ("STANDARD", "HIGH")
# The webhook's words for what the number's node calls something else.
_DECISIONS = {
    "AVAILABLE_WITHOUT_REVIEW": "APPROVED",
    "DECLINED": "REJECTED",
    "PENDING_REVIEW": "PENDING",
}


def _capability(limit: str) -> dict[str, Any]:
    # How many numbers: of the portfolio while it is new, else of one account.
    numbers = (
        {"max_phone_numbers_per_business": 2}
        if limit == "TIER_250"
        else {"max_phone_numbers_per_waba": 20}
    )
    return {"max_daily_conversations_per_business": limit} | numbers


def _name(number: NumberState) -> dict[str, Any]:
    decision = _DECISIONS.get(number.name_status, number.name_status)
    return {
        "decision": decision,
        "requested_verified_name": number.verified_name,
        "rejection_reason": "NAME_NOT_CONSISTENT" if decision == "REJECTED" else None,
    }


def _flag_event(before: str, after: str) -> str | None:
    if before == after or "RED" not in (before, after):
        return None
    return "FLAGGED" if after == "RED" else "UNFLAGGED"


def _limit_event(before: str, after: str) -> str | None:
    if before == after or before not in _TIERS or after not in _TIERS:
        return None
    return "UPGRADE" if _TIERS.index(after) > _TIERS.index(before) else "DOWNGRADE"
