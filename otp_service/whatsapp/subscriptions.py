"""Which webhooks Meta sends, and where: the account's subscribed apps and the app's callback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.whatsapp.callback import (
    callback_override,
    checked_callback,
    checked_verify_token,
)
from otp_service.whatsapp.errors import InvalidArgumentError, UnknownOutcomeError
from otp_service.whatsapp.graph_changes import check_success
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import flag, member, members, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.graph_values import JsonObject

_OBJECT = "whatsapp_business_account"


@dataclass(frozen=True)
class SubscribedApp:
    """An app that gets the account's webhooks. `callback_uri`: the account's override, if any."""

    id: str
    name: str | None
    link: str | None
    callback_uri: str | None


@dataclass(frozen=True)
class AppSubscription:
    """What the app itself listens to. `object`: `whatsapp_business_account` is ours."""

    object: str | None
    callback_url: str | None
    active: bool | None
    fields: tuple[str, ...]


def list_subscribed_apps(graph: GraphClient, business_account_id: str) -> Iterator[SubscribedApp]:
    """Yield the apps that get this account's webhooks; without ours among them none come.

    Source: "Subscribed Apps API", Cloud API.
    """
    for node in graph.pages(_edge(business_account_id), {}):
        # The Business Management API shows the app flat, the Cloud API under this name.
        app = member(node, "whatsapp_business_api_data") or node
        yield SubscribedApp(
            id=text(app, "id") or "",
            name=text(app, "name"),
            link=text(app, "link"),
            callback_uri=text(node, "override_callback_uri"),
        )


def subscribe_app(
    graph: GraphClient,
    business_account_id: str,
    *,
    callback_uri: str | None = None,
    verify_token: str | None = None,
) -> None:
    """Have Meta send this account's webhooks to the token's app, or to `callback_uri` instead.

    Both arguments or none: Meta asks the callback for a challenge with `verify_token` before it
    answers. Without them an earlier override ends.
    Source: "Subscribed Apps API" and "Webhooks, Override", Cloud API.
    """
    if (callback_uri is None) != (verify_token is None):
        raise InvalidArgumentError("callback_uri and verify_token go together")
    override = {}
    if callback_uri is not None and verify_token is not None:
        override = callback_override(callback_uri, verify_token)
    check_success(graph.post(_edge(business_account_id), override))


def unsubscribe_app(graph: GraphClient, business_account_id: str) -> None:
    """End this account's webhooks to the token's app: deliveries go unseen from then on.

    Source: "Subscribed Apps API", Cloud API.
    """
    check_success(graph.delete(_edge(business_account_id), {}))


def read_app_access_token(graph: GraphClient, app_id: str, app_secret: str) -> str:
    """Return the token of the app itself, which its own subscriptions need.

    Build the `GraphClient` of the two functions below with it. Meta takes the secret in the
    query, which `GraphClient` shows nobody. Raises UnknownOutcomeError if there is no token.
    Source: "Access tokens, App access tokens", Graph API.
    """
    query = {
        "grant_type": "client_credentials",
        "client_id": checked_id(app_id, "app_id"),
        "client_secret": app_secret,
    }
    token = text(graph.get("oauth/access_token", query), "access_token")
    if not token:
        raise UnknownOutcomeError("Meta's answer holds no access token")
    return token


def list_app_subscriptions(graph: GraphClient, app_id: str) -> list[AppSubscription]:
    """What the app listens to. `graph` must have the app's own token.

    Source: "Application, Subscriptions", Graph API.
    """
    answer = graph.get(f"{checked_id(app_id, 'app_id')}/subscriptions", {})
    return [
        AppSubscription(
            object=text(node, "object"),
            callback_url=text(node, "callback_url"),
            active=flag(node, "active"),
            fields=_field_names(node),
        )
        for node in members(answer, "data")
    ]


def set_app_subscription(
    graph: GraphClient,
    app_id: str,
    *,
    callback_url: str,
    verify_token: str,
    fields: Collection[str],
) -> None:
    """Have the app get webhooks at `callback_url`. `graph` must have the app's own token.

    Meta asks the callback for a challenge with `verify_token` before it answers.
    Source: "Application, Subscriptions", Graph API.
    """
    if not fields:
        raise InvalidArgumentError("fields must name at least one webhook field")
    form = {
        "object": _OBJECT,
        "callback_url": checked_callback(callback_url),
        "verify_token": checked_verify_token(verify_token),
        "fields": ",".join(fields),
    }
    check_success(graph.post_form(f"{checked_id(app_id, 'app_id')}/subscriptions", form))


def _field_names(node: JsonObject) -> tuple[str, ...]:
    names = (text(field, "name") for field in members(node, "fields"))
    return tuple(name for name in names if name)


def _edge(business_account_id: str) -> str:
    return f"{checked_id(business_account_id, 'business_account_id')}/subscribed_apps"
