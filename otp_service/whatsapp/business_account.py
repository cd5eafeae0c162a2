"""The WhatsApp business account (WABA): its review, its health, and how to find its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.whatsapp.graph_changes import check_success
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import flag, member, text
from otp_service.whatsapp.health_status import HealthStatus, read_health_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.graph_values import JsonObject

_LIST_FIELDS = (
    "id",
    "name",
    "timezone_id",
    "message_template_namespace",
    "account_review_status",
    "business_verification_status",
    "country",
    "currency",
    "ownership_type",
)
_NODE_FIELDS = (
    *_LIST_FIELDS,
    "status",
    "is_enabled_for_insights",
    "owner_business",
    "primary_funding_id",
    "health_status",
)


@dataclass(frozen=True)
class BusinessAccount:
    """A business account. Values are Meta's own words; ones not listed here may come.

    `account_review_status`: APPROVED, PENDING, REJECTED, RESTRICTED, LIMIT_REACHED.
    `status`: ACTIVE, INACTIVE. `primary_funding_id`: None without a payment method.
    What stands after `ownership_type` is None in lists.
    """

    id: str
    name: str | None
    timezone_id: str | None
    message_template_namespace: str | None
    account_review_status: str | None
    business_verification_status: str | None
    country: str | None
    currency: str | None
    ownership_type: str | None
    status: str | None
    is_enabled_for_insights: bool | None
    owner_business_id: str | None
    owner_business_name: str | None
    primary_funding_id: str | None
    health: HealthStatus | None


def read_business_account(graph: GraphClient, business_account_id: str) -> BusinessAccount:
    """Return the account with this id.

    Raises InvalidArgumentError for an id that is no digits, else what `GraphClient` raises.
    Source: "WhatsApp Business Account API", Cloud API.
    """
    path = checked_id(business_account_id, "business_account_id")
    return _business_account(graph.get(path, {"fields": ",".join(_NODE_FIELDS)}))


def list_business_accounts(
    graph: GraphClient, business_id: str, *, owned_only: bool = False
) -> Iterator[BusinessAccount]:
    """Yield the accounts of a business portfolio, or only those it owns.

    Source: "Business, WhatsApp Business Accounts" and "Owned WhatsApp Business Accounts".
    """
    edge = "owned_whatsapp_business_accounts" if owned_only else "whatsapp_business_accounts"
    return _list(graph, f"{checked_id(business_id, 'business_id')}/{edge}")


def list_assigned_accounts(graph: GraphClient, user_id: str) -> Iterator[BusinessAccount]:
    """Yield the accounts a user may work with; `AccessToken.user_id` is the token's own user.

    Without our account among them every call on it answers code 200.
    Source: "User, Assigned WhatsApp Business Accounts".
    """
    path = f"{checked_id(user_id, 'user_id')}/assigned_whatsapp_business_accounts"
    return _list(graph, path)


def enable_insights(graph: GraphClient, business_account_id: str) -> None:
    """Switch template analytics on. They cannot be switched off again.

    Source: "Analytics", Cloud API.
    """
    path = checked_id(business_account_id, "business_account_id")
    check_success(graph.post(path, {"is_enabled_for_insights": True}))


def _list(graph: GraphClient, path: str) -> Iterator[BusinessAccount]:
    for node in graph.pages(path, {"fields": ",".join(_LIST_FIELDS)}):
        yield _business_account(node)


def _business_account(node: JsonObject) -> BusinessAccount:
    owner = member(node, "owner_business")
    return BusinessAccount(
        id=text(node, "id") or "",
        name=text(node, "name"),
        timezone_id=text(node, "timezone_id"),
        message_template_namespace=text(node, "message_template_namespace"),
        account_review_status=text(node, "account_review_status"),
        business_verification_status=text(node, "business_verification_status"),
        country=text(node, "country"),
        currency=text(node, "currency"),
        ownership_type=text(node, "ownership_type"),
        status=text(node, "status"),
        is_enabled_for_insights=flag(node, "is_enabled_for_insights"),
        owner_business_id=text(owner, "id"),
        owner_business_name=text(owner, "name"),
        primary_funding_id=text(node, "primary_funding_id"),
        health=read_health_status(node),
    )
