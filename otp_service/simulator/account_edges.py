"""Who may do what with the account: subscribed apps and assigned users.

Meta, "Subscribed Apps API", "Webhooks, Override" and "Assigned Users Management API".
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from otp_service.simulator.account import AccountState
from otp_service.simulator.account_facts import AssignedUser
from otp_service.simulator.endpoint import SUCCESS, Endpoint, Endpoints
from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.graph_fields import pick, read_fields
from otp_service.simulator.graph_pages import PARAMETERS, page_of
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.webhook_override import read_override

_TASKS = (
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


class AccountEdges:
    def __init__(self, settings: SimulatorSettings, account: AccountState) -> None:
        self._settings = settings
        self._account = account

    def endpoints(self) -> Endpoints:
        waba = f"/{self._settings.business_account_id}"
        override = ("override_callback_uri", "verify_token")
        return {
            f"{waba}/subscribed_apps": {
                "GET": Endpoint(self._apps, PARAMETERS, counted=True),
                "POST": Endpoint(self._subscribe, override, counted=True),
                "DELETE": Endpoint(self._unsubscribe, counted=True),
            },
            f"{waba}/assigned_users": {
                "GET": Endpoint(self._users, ("business", "fields", *PARAMETERS), counted=True),
                "POST": Endpoint(self._assign, ("user", "tasks"), counted=True),
                "DELETE": Endpoint(self._unassign, ("user",), counted=True),
            },
        }

    def _apps(self, call: GraphCall) -> Mapping[str, Any]:
        apps = [
            {
                "whatsapp_business_api_data": {
                    "id": app_id,
                    "name": "otp-service",
                    "link": f"https://www.facebook.com/games/?app_id={app_id}",
                }
            }
            | ({"override_callback_uri": callback} if callback else {})
            for app_id, callback in self._account.subscribed_apps.items()
        ]
        return page_of(call, apps)

    def _subscribe(self, call: GraphCall) -> Mapping[str, Any]:
        override = {k: v for k, v in call.parameters.items() if k != "appsecret_proof"}
        # A subscription without a callback takes an earlier override away.
        callback = read_override(override) if override else None
        self._account.subscribed_apps[self._settings.app_id] = callback
        return SUCCESS

    def _unsubscribe(self, _: GraphCall) -> Mapping[str, Any]:
        self._account.subscribed_apps.pop(self._settings.app_id, None)
        return SUCCESS

    def _users(self, call: GraphCall) -> Mapping[str, Any]:
        business = call.text("business")
        if business is None:
            raise GraphError.parameter("The parameter business is required to specify a business")
        if business != self._settings.business_id:
            raise GraphError.unsupported_object("GET", business)
        users = [
            self._user(user, call.text("fields")) for user in self._account.assigned_users.values()
        ]
        return page_of(call, users) | {"summary": {"total_count": len(users)}}

    def _user(self, user: AssignedUser, fields: str | None) -> dict[str, Any]:
        members = asdict(user) | {
            "business": {"id": self._settings.business_id, "name": self._settings.display_name}
        }
        known = dict.fromkeys(members, lambda field: members[field.name])
        return pick(read_fields(fields, ("id", "name")), known, "AssignedUser")

    def _assign(self, call: GraphCall) -> Mapping[str, Any]:
        user = call.required_text("user")
        tasks = call.names("tasks")
        if tasks is None:
            raise GraphError.required("tasks")
        for task in tasks:
            if task not in _TASKS:
                raise GraphError.parameter(
                    f'Param tasks must be one of {{{", ".join(_TASKS)}}} - got "{task}"'
                )
        self._account.assigned_users[user] = AssignedUser(user, f"User {user}", "BUSINESS_USER")
        return SUCCESS

    def _unassign(self, call: GraphCall) -> Mapping[str, Any]:
        user = call.required_text("user")
        if self._account.assigned_users.pop(user, None) is None:
            raise GraphError.unsupported_object("DELETE", user)
        return SUCCESS
