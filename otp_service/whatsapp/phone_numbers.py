"""The business phone number: what Meta says of it, and the numbers of an account."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import OperatorError
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import flag, member, text
from otp_service.whatsapp.health_status import HealthStatus, read_health_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.graph_values import JsonObject

# Exact: one name the version does not know refuses the whole call.
_FIELDS = (
    "id",
    "display_phone_number",
    "verified_name",
    "status",
    "quality_rating",
    "throughput",
    "name_status",
    "code_verification_status",
    "account_mode",
    "platform_type",
    "is_official_business_account",
)
_NODE_FIELDS = (
    *_FIELDS,
    "country_code",
    "country_dial_code",
    "certificate",
    "health_status",
    "webhook_configuration",
)
_MESSAGING_LIMIT = "whatsapp_business_manager_messaging_limit"
_CONNECTED = "CONNECTED"


@dataclass(frozen=True)
class WebhookConfiguration:
    """The callback of each level; Meta uses the narrowest there is. None: none at that level."""

    phone_number: str | None
    business_account: str | None
    application: str | None

    @property
    def in_effect(self) -> str | None:
        """The callback that gets this number's webhooks, if its app is subscribed."""
        return self.phone_number or self.business_account or self.application


@dataclass(frozen=True)
class PhoneNumber:
    """A business phone number. Values are Meta's own words; ones not listed here may come.

    `status`: CONNECTED is the only healthy one. `quality_rating`: GREEN, YELLOW, RED, and UNKNOWN
    or NA for a new number. `throughput_level`: STANDARD (80 messages a second), HIGH (1,000).
    `messaging_limit`: people a day outside a conversation, as TIER_250, TIER_2K, TIER_10K,
    TIER_100K, TIER_UNLIMITED; None in lists and when the API version does not know it.
    `name_status`: APPROVED, AVAILABLE_WITHOUT_REVIEW, DECLINED, EXPIRED, PENDING_REVIEW, NONE.
    `certificate`, `health`, `webhooks` and the country are None in lists.
    """

    id: str
    display_phone_number: str | None
    verified_name: str | None
    status: str | None
    quality_rating: str | None
    throughput_level: str | None
    messaging_limit: str | None
    name_status: str | None
    code_verification_status: str | None
    account_mode: str | None
    platform_type: str | None
    is_official_business_account: bool | None
    country_code: str | None
    country_dial_code: str | None
    certificate: str | None = field(repr=False)
    health: HealthStatus | None
    webhooks: WebhookConfiguration | None

    @property
    def is_connected(self) -> bool:
        """Whether it is registered and fit to send. An unknown status is not."""
        return self.status == _CONNECTED


def read_phone_number(graph: GraphClient, phone_number_id: str) -> PhoneNumber:
    """Return the number with this id, asking twice: older versions refuse the limit's field.

    Raises InvalidArgumentError for an id that is no digits, else what `GraphClient` raises.
    Source: "WhatsApp Business Account Phone Number API", Cloud API.
    """
    path = checked_id(phone_number_id, "phone_number_id")
    node = graph.get(path, {"fields": ",".join(_NODE_FIELDS)})
    return _phone_number(node, messaging_limit=_read_messaging_limit(graph, path))


def list_phone_numbers(
    graph: GraphClient, business_account_id: str, *, account_mode: str | None = None
) -> Iterator[PhoneNumber]:
    """Yield the account's numbers; only LIVE or SANDBOX ones if `account_mode` says so.

    Source: "WhatsApp Business Account Phone Number Management API", Cloud API.
    """
    path = f"{checked_id(business_account_id, 'business_account_id')}/phone_numbers"
    query = {"fields": ",".join(_FIELDS)}
    if account_mode is not None:
        rule = {"field": "account_mode", "operator": "EQUAL", "value": account_mode}
        query["filtering"] = json.dumps([rule])
    for node in graph.pages(path, query):
        yield _phone_number(node, messaging_limit=None)


def _read_messaging_limit(graph: GraphClient, path: str) -> str | None:
    try:
        return text(graph.get(path, {"fields": _MESSAGING_LIMIT}), _MESSAGING_LIMIT)
    except OperatorError as error:
        # 100/33 is an id nobody may see; plain 100 is a field this version does not have.
        if error.graph is None or error.graph.code != 100 or error.graph.subcode is not None:
            raise
        return None


def _phone_number(node: JsonObject, *, messaging_limit: str | None) -> PhoneNumber:
    return PhoneNumber(
        id=text(node, "id") or "",
        display_phone_number=text(node, "display_phone_number"),
        verified_name=text(node, "verified_name"),
        status=text(node, "status"),
        quality_rating=text(node, "quality_rating"),
        throughput_level=text(member(node, "throughput"), "level"),
        messaging_limit=messaging_limit,
        name_status=text(node, "name_status"),
        code_verification_status=text(node, "code_verification_status"),
        account_mode=text(node, "account_mode"),
        platform_type=text(node, "platform_type"),
        is_official_business_account=flag(node, "is_official_business_account"),
        country_code=text(node, "country_code"),
        country_dial_code=text(node, "country_dial_code"),
        certificate=text(node, "certificate"),
        health=read_health_status(node),
        webhooks=_webhooks(node),
    )


def _webhooks(node: JsonObject) -> WebhookConfiguration | None:
    if "webhook_configuration" not in node:
        return None
    configuration = member(node, "webhook_configuration")
    return WebhookConfiguration(
        phone_number=text(configuration, "phone_number"),
        business_account=text(configuration, "whatsapp_business_account"),
        application=text(configuration, "application"),
    )
