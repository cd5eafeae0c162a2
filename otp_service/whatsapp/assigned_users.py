"""The people and system users who may work with a business account, and what they may do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.graph_changes import check_success
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import member, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from otp_service.whatsapp.graph_client import GraphClient

_FIELDS = ("id", "name", "business", "user_type")

TASKS = (
    "MANAGE",
    "DEVELOP",
    "MANAGE_TEMPLATES",
    "MANAGE_PHONE",
    "VIEW_COST",
    "MANAGE_EXTENSIONS",
    "VIEW_PHONE_ASSETS",
    "MANAGE_PHONE_ASSETS",
    "VIEW_TEMPLATES",
    "VIEW_INSIGHTS",
    "RECEIVE_INCOMING_MESSAGES",
    "MANAGE_BILLING",
    "MANAGE_USERS",
    "MESSAGING",
    "FULL_CONTROL",
)


@dataclass(frozen=True)
class AssignedUser:
    """`user_type`: BUSINESS_USER, SYSTEM_USER, PERSONAL_USER, or one Meta has yet to invent."""

    id: str
    name: str | None
    user_type: str | None
    business_id: str | None


def list_assigned_users(
    graph: GraphClient, business_account_id: str, business_id: str
) -> Iterator[AssignedUser]:
    """Yield the users of the account that belong to this business portfolio.

    Source: "Assigned Users Management API", Cloud API.
    """
    query = {"business": checked_id(business_id, "business_id"), "fields": ",".join(_FIELDS)}
    for node in graph.pages(_edge(business_account_id), query):
        yield AssignedUser(
            id=text(node, "id") or "",
            name=text(node, "name"),
            user_type=text(node, "user_type"),
            business_id=text(member(node, "business"), "id"),
        )


def assign_user(
    graph: GraphClient, business_account_id: str, user_id: str, tasks: Collection[str]
) -> None:
    """Let a user do `tasks` (of `TASKS`) with the account: once, for our system user.

    Source: "Assigned Users Management API", Cloud API.
    """
    unknown = sorted(set(tasks) - set(TASKS))
    if not tasks or unknown:
        raise InvalidArgumentError(f"tasks must be some of {', '.join(TASKS)}")
    form = {"user": checked_id(user_id, "user_id"), "tasks": json.dumps(list(tasks))}
    check_success(graph.post_form(_edge(business_account_id), form))


def remove_user(graph: GraphClient, business_account_id: str, user_id: str) -> None:
    """Take a user's access to the account away.

    Source: "Assigned Users Management API", Cloud API.
    """
    query = {"user": checked_id(user_id, "user_id")}
    check_success(graph.delete(_edge(business_account_id), query))


def _edge(business_account_id: str) -> str:
    return f"{checked_id(business_account_id, 'business_account_id')}/assigned_users"
