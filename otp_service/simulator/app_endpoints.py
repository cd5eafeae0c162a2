"""What belongs to the app: its token, its webhook, and what it says of other tokens.

Meta, "Access tokens, Debugging", "App access tokens" and "Application, Subscriptions".
"""

import hmac
from collections.abc import Mapping
from typing import Any

from otp_service.simulator.account import SYSTEM_USER_ID, AccountState
from otp_service.simulator.account_facts import AppSubscription
from otp_service.simulator.endpoint import SUCCESS, Endpoint, Endpoints, Token
from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.parameters import one_of
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.webhook_override import verify_callback

OBJECT = "whatsapp_business_account"
_FIELDS = (
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


class AppEndpoints:
    def __init__(self, settings: SimulatorSettings, account: AccountState) -> None:
        self._settings = settings
        self._account = account
        self._started_at = int(account.clock())

    def endpoints(self) -> Endpoints:
        exchange = ("grant_type", "client_id", "client_secret")
        subscribe = ("object", "callback_url", "verify_token", "fields")
        return {
            "/debug_token": {"GET": Endpoint(self._debug_token, ("input_token",))},
            "/oauth/access_token": {"GET": Endpoint(self._app_token, exchange, token=Token.NONE)},
            f"/{self._settings.app_id}/subscriptions": {
                "GET": Endpoint(self._subscriptions, token=Token.APP),
                "POST": Endpoint(self._subscribe, subscribe, token=Token.APP),
            },
        }

    def _debug_token(self, call: GraphCall) -> Mapping[str, Any]:
        token = call.required_text("input_token")
        if not hmac.compare_digest(token.encode(), self._settings.access_token.encode()):
            error = {"code": 190, "message": "Invalid OAuth access token.", "subcode": 463}
            return {"data": {"error": error, "is_valid": False, "scopes": []}}
        facts = self._account.token
        targets = [self._settings.business_account_id]
        granular = [{"scope": scope, "target_ids": targets} for scope in facts.scopes]
        return {
            "data": {
                "app_id": self._settings.app_id,
                "type": facts.type,
                "application": "otp-service",
                "data_access_expires_at": 0,
                "expires_at": facts.expires_at,
                "is_valid": facts.is_valid,
                "issued_at": self._started_at,
                "scopes": list(facts.scopes),
                "granular_scopes": granular,
                "user_id": SYSTEM_USER_ID,
            }
        }

    def _app_token(self, call: GraphCall) -> Mapping[str, Any]:
        one_of(call.required_text("grant_type"), ("CLIENT_CREDENTIALS",), "grant_type")
        app_id, secret = call.required_text("client_id"), call.required_text("client_secret")
        known = self._settings.app_secret or ""
        if app_id != self._settings.app_id or not hmac.compare_digest(
            secret.encode(), known.encode()
        ):
            raise GraphError(1, "Error validating client secret.")
        return {"access_token": self._settings.app_access_token, "token_type": "bearer"}

    def _subscriptions(self, _: GraphCall) -> Mapping[str, Any]:
        subscription = self._account.app_subscription
        if subscription is None:
            return {"data": []}
        fields = [{"name": name, "version": "v23.0"} for name in subscription.fields]
        return {
            "data": [
                {
                    "object": OBJECT,
                    "callback_url": subscription.callback_url,
                    "active": True,
                    "fields": fields,
                }
            ]
        }

    def _subscribe(self, call: GraphCall) -> Mapping[str, Any]:
        one_of(call.required_text("object"), (OBJECT.upper(),), "object")
        callback = call.required_text("callback_url")
        fields = call.names("fields") or []
        for name in fields:
            if name not in _FIELDS:
                raise GraphError.parameter(f"Param fields: no field {name} of {OBJECT}")
        verify_callback(callback, call.required_text("verify_token"))
        self._account.app_subscription = AppSubscription(callback, tuple(fields))
        return SUCCESS
