"""The business account's node, its insights switch, and the lists that lead to it.

Meta, "WhatsApp Business Account API", "Business, WhatsApp Business Accounts" and "User, Assigned
WhatsApp Business Accounts".
"""

from collections.abc import Mapping
from typing import Any

from otp_service.simulator.account import SYSTEM_USER_ID, AccountState
from otp_service.simulator.account_analytics import AccountAnalytics
from otp_service.simulator.endpoint import SUCCESS, Endpoint, Endpoints
from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.graph_fields import FieldReader, pick, read_fields
from otp_service.simulator.graph_pages import PARAMETERS, page_of
from otp_service.simulator.health_status import health_status
from otp_service.simulator.settings import SimulatorSettings

NODE_TYPE = "WhatsAppBusinessAccount"
_DEFAULT_FIELDS = ("id", "name", "timezone_id", "message_template_namespace")
_FACTS = (
    "name",
    "account_review_status",
    "business_verification_status",
    "status",
    "is_enabled_for_insights",
)


class BusinessAccountNode:
    def __init__(
        self, settings: SimulatorSettings, account: AccountState, analytics: AccountAnalytics
    ) -> None:
        self._settings = settings
        self._account = account
        self._analytics = analytics

    def endpoints(self) -> Endpoints:
        listed = Endpoint(self._list, ("fields", *PARAMETERS))
        business, user = self._settings.business_id, SYSTEM_USER_ID
        return {
            f"/{self._settings.business_account_id}": {
                "GET": Endpoint(self._read, ("fields",), counted=True),
                "POST": Endpoint(self._enable_insights, ("is_enabled_for_insights",)),
            },
            f"/{business}/whatsapp_business_accounts": {"GET": listed},
            f"/{business}/owned_whatsapp_business_accounts": {"GET": listed},
            f"/{user}/assigned_whatsapp_business_accounts": {"GET": listed},
        }

    def _read(self, call: GraphCall) -> Mapping[str, Any]:
        fields = read_fields(call.text("fields"), _DEFAULT_FIELDS)
        return pick(fields, self._known(), NODE_TYPE)

    def _list(self, call: GraphCall) -> Mapping[str, Any]:
        return page_of(call, [self._read(call)])

    def _enable_insights(self, call: GraphCall) -> Mapping[str, Any]:
        if str(call.parameters.get("is_enabled_for_insights")).lower() != "true":
            raise GraphError(200006, "(#200006) Template analytics cannot be disabled.")
        self._account.change_facts(is_enabled_for_insights=True)
        return SUCCESS

    def _known(self) -> dict[str, FieldReader]:
        facts = self._account.facts
        owner = {"id": self._settings.business_id, "name": self._settings.display_name}
        known: dict[str, FieldReader] = {
            "id": lambda _: self._settings.business_account_id,
            "timezone_id": lambda _: "1",
            "message_template_namespace": lambda _: "ba30dd89_2ebd_41e4_b805_f2c05ae04cc9",
            "country": lambda _: "US",
            "currency": lambda _: "USD",
            "ownership_type": lambda _: "SELF",
            "on_behalf_of_business_info": lambda _: owner | {"status": "APPROVED", "type": "SELF"},
            "owner_business": lambda _: owner,
            "primary_funding_id": lambda _: "584467837021466",
            "purchase_order_number": lambda _: None,
            "health_status": lambda _: health_status(self._account, ("WABA",)),
            "analytics": self._analytics.messages,
            "conversation_analytics": self._analytics.conversations,
            "pricing_analytics": self._analytics.pricing,
        }
        known |= {name: lambda field: getattr(facts, field.name) for name in _FACTS}
        return {n: read for n, read in known.items() if n not in self._account.unknown_fields}
