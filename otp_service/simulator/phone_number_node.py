"""The phone number node: its fields, its own page, and the list of an account's numbers.

Meta, "WhatsApp Business Account, Phone Number API" and "Phone number management API".
"""

import json
from collections.abc import Mapping
from typing import Any

from otp_service.simulator.account import AccountState
from otp_service.simulator.endpoint import Endpoint, Endpoints
from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.graph_fields import FieldReader, pick, read_fields
from otp_service.simulator.graph_pages import PARAMETERS, page_of
from otp_service.simulator.health_status import health_status
from otp_service.simulator.settings import SimulatorSettings

NODE_TYPE = "WhatsAppBusinessPhoneNumber"
_DEFAULT_FIELDS = ("verified_name", "display_phone_number", "quality_rating", "id")
_PLAIN = (
    "status",
    "quality_rating",
    "whatsapp_business_manager_messaging_limit",
    "name_status",
    "code_verification_status",
    "account_mode",
    "platform_type",
    "verified_name",
)


class PhoneNumberNode:
    def __init__(self, settings: SimulatorSettings, account: AccountState) -> None:
        self._settings = settings
        self._account = account

    def endpoints(self) -> Endpoints:
        listed = ("fields", "sort", "filtering", *PARAMETERS)
        return {
            f"/{self._settings.phone_number_id}": {
                "GET": Endpoint(self._read, ("fields",), counted=True)
            },
            f"/{self._settings.business_account_id}/phone_numbers": {
                "GET": Endpoint(self._list, listed, counted=True)
            },
        }

    def _read(self, call: GraphCall) -> Mapping[str, Any]:
        fields = read_fields(call.text("fields"), _DEFAULT_FIELDS)
        return pick(fields, self._known(), NODE_TYPE)

    def _list(self, call: GraphCall) -> Mapping[str, Any]:
        node = self._read(call)
        return page_of(call, [node] if self._passes(call.text("filtering")) else [])

    def _passes(self, filtering: str | None) -> bool:
        """Whether our number passes `filtering`, which Meta documents for `account_mode`."""
        if filtering is None:
            return True
        try:
            (rule,) = json.loads(filtering)
            field, operator, value = rule["field"], rule["operator"], rule["value"]
        except (ValueError, TypeError, KeyError):
            raise GraphError.parameter("Param filtering must be an array of filters.") from None
        if field != "account_mode" or operator != "EQUAL":
            raise GraphError.parameter(f"Filtering field '{field}' with operation is unsupported")
        return bool(value == self._account.number.account_mode)

    def _known(self) -> dict[str, FieldReader]:
        number = self._account.number
        known: dict[str, FieldReader] = {
            "id": lambda _: self._settings.phone_number_id,
            "display_phone_number": lambda _: self._account.display_phone_number,
            "throughput": lambda _: {"level": number.throughput},
            # Deprecated, and its tiers are the old ones.
            "messaging_limit_tier": lambda _: number.whatsapp_business_manager_messaging_limit,
            "country_code": lambda _: "US",
            "country_dial_code": lambda _: "1",
            "certificate": lambda _: "CmYKIgjV8qz1i4fJARIGZW50OndhIg1TaGFtcm9jayBCYWls",
            "is_official_business_account": lambda _: False,
            "health_status": lambda _: health_status(self._account, ("PHONE_NUMBER", "WABA")),
            "webhook_configuration": lambda _: self._webhooks(),
        }
        known |= {name: lambda field: getattr(number, field.name) for name in _PLAIN}
        return {n: read for n, read in known.items() if n not in self._account.unknown_fields}

    def _webhooks(self) -> dict[str, str]:
        """The callback of each level that has one; the narrowest wins at Meta."""
        app = self._account.app_subscription
        callbacks = {
            "phone_number": self._account.number.override_callback_uri,
            "whatsapp_business_account": self._account.subscribed_apps.get(self._settings.app_id),
            "application": app and app.callback_url,
        }
        return {level: callback for level, callback in callbacks.items() if callback}
