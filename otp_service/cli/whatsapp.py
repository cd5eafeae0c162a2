"""`otp-service whatsapp`: what Meta says of the number, the account, its webhooks, its figures."""

import time
from collections.abc import Callable, Mapping, Sequence

import click

from otp_service.cli.commands import stop
from otp_service.cli.meta import MetaCommands, graph_client, json_option
from otp_service.cli.running import whatsapp_settings
from otp_service.cli.tables import show_many, show_one
from otp_service.cli.whatsapp_account_changes import ACCOUNT_CHANGES
from otp_service.cli.whatsapp_number_changes import NUMBER_CHANGES
from otp_service.whatsapp.access_token import inspect_access_token
from otp_service.whatsapp.analytics import (
    Period,
    conversation_analytics,
    message_analytics,
    pricing_analytics,
    template_analytics,
)
from otp_service.whatsapp.assigned_users import list_assigned_users
from otp_service.whatsapp.business_account import (
    list_assigned_accounts,
    list_business_accounts,
    read_business_account,
)
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.media import read_media
from otp_service.whatsapp.message_history import list_history_events, list_message_history
from otp_service.whatsapp.phone_numbers import list_phone_numbers, read_phone_number
from otp_service.whatsapp.subscriptions import list_subscribed_apps

_DAY_S = 86_400
_NUMBER_COLUMNS = ("id", "display_phone_number", "verified_name", "status", "quality_rating")
_ACCOUNT_COLUMNS = ("id", "name", "account_review_status", "country", "currency")
_FIGURES: Mapping[str, Callable[[GraphClient, str, Period], Sequence[object]]] = {
    "pricing": pricing_analytics,
    "messages": message_analytics,
    "conversations": conversation_analytics,
}


@click.group(cls=MetaCommands)
def whatsapp() -> None:
    """Look at the WhatsApp number and account, and set them up. Uses the WHATSAPP_ settings."""


@whatsapp.command()
@json_option
def number(*, as_json: bool) -> None:
    """The business number: registration, quality, limits, health, webhook."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        show_one(read_phone_number(graph, known.whatsapp_phone_number_id), as_json=as_json)


@whatsapp.command()
@json_option
def numbers(*, as_json: bool) -> None:
    """Every number of the account."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        found = list_phone_numbers(graph, known.whatsapp_business_account_id)
        show_many(found, as_json=as_json, columns=_NUMBER_COLUMNS)


@whatsapp.command()
@json_option
def account(*, as_json: bool) -> None:
    """The business account: review, verification, payment, health."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        show_one(read_business_account(graph, known.whatsapp_business_account_id), as_json=as_json)


@whatsapp.command()
@click.option("--business", help="A business portfolio's id; else what the token may work with.")
@click.option("--owned", is_flag=True, help="Only those the portfolio owns.")
@json_option
def accounts(business: str | None, *, owned: bool, as_json: bool) -> None:
    """The accounts the token may work with: here is WHATSAPP_BUSINESS_ACCOUNT_ID to be found."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        if business is not None:
            found = list_business_accounts(graph, business, owned_only=owned)
        else:
            user = inspect_access_token(graph, known.whatsapp_access_token).user_id
            if user is None:
                stop("Meta does not say whose token this is: see `otp-service whatsapp token`.")
            found = list_assigned_accounts(graph, user)
        show_many(found, as_json=as_json, columns=_ACCOUNT_COLUMNS)


@whatsapp.command()
@json_option
def apps(*, as_json: bool) -> None:
    """The apps that get the account's webhooks; without ours among them none come."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        found = list_subscribed_apps(graph, known.whatsapp_business_account_id)
        show_many(found, as_json=as_json)


@whatsapp.command()
@click.option("--business", help="A business portfolio's id; else the account's owner.")
@json_option
def users(business: str | None, *, as_json: bool) -> None:
    """The people and system users who may work with the account."""
    known = whatsapp_settings()
    account_id = known.whatsapp_business_account_id
    with graph_client(known) as graph:
        business = business or read_business_account(graph, account_id).owner_business_id
        if business is None:
            stop("Meta does not say who owns the account: give --business.")
        show_many(list_assigned_users(graph, account_id, business), as_json=as_json)


@whatsapp.command()
@json_option
def token(*, as_json: bool) -> None:
    """Whose WHATSAPP_ACCESS_TOKEN is, what it may do and when it ends. Never the token itself."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        show_one(inspect_access_token(graph, known.whatsapp_access_token), as_json=as_json)


@whatsapp.command()
@click.argument("figures", type=click.Choice([*_FIGURES, "template"]), default="pricing")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True)
@click.option("--by", "granularity", type=click.Choice(["HALF_HOUR", "DAILY", "MONTHLY"]))
@click.option("--template-id", "template_ids", multiple=True, help="For `template`; repeatable.")
@json_option
def analytics(
    figures: str,
    days: int,
    granularity: str | None,
    template_ids: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """What was sent and what it cost, up to now; `template` needs `insights` once."""
    known = whatsapp_settings()
    now = int(time.time())
    period = Period(now - days * _DAY_S, now, granularity or "DAILY")
    account_id = known.whatsapp_business_account_id
    with graph_client(known) as graph:
        if figures == "template":
            daily = template_analytics(graph, account_id, template_ids, period)
            show_many(daily, as_json=as_json)
        else:
            show_many(_FIGURES[figures](graph, account_id, period), as_json=as_json)


@whatsapp.command()
@click.argument("wamid")
@json_option
def history(wamid: str, *, as_json: bool) -> None:
    """Where a message is: each step Meta knows of, for the message id WAMID."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        records = list(list_message_history(graph, known.whatsapp_phone_number_id, wamid))
        steps = [step for record in records for step in list_history_events(graph, record.id)]
        show_many(steps, as_json=as_json)


@whatsapp.command()
@click.argument("media_id")
@json_option
def media(media_id: str, *, as_json: bool) -> None:
    """What kind of media MEDIA_ID is, if it came to our number."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        found = read_media(graph, media_id, phone_number_id=known.whatsapp_phone_number_id)
        show_one(found, as_json=as_json)


for _change in (*NUMBER_CHANGES, *ACCOUNT_CHANGES):
    whatsapp.add_command(_change)
