"""The commands of `otp-service whatsapp` that change the account and its webhooks at Meta."""

import click

from otp_service.adapters.whatsapp_webhook_health import NEEDED_FIELDS
from otp_service.cli.commands import stop
from otp_service.cli.meta import confirm, done, dry_run_option, graph_client, yes_option
from otp_service.cli.running import whatsapp_settings
from otp_service.whatsapp.access_token import inspect_access_token
from otp_service.whatsapp.assigned_users import TASKS, assign_user, remove_user
from otp_service.whatsapp.business_account import enable_insights
from otp_service.whatsapp.media import delete_media
from otp_service.whatsapp.number_registration import (
    clear_number_callback,
    override_number_callback,
)
from otp_service.whatsapp.subscriptions import (
    read_app_access_token,
    set_app_subscription,
    subscribe_app,
    unsubscribe_app,
)


@click.command()
@click.option("--callback", help="Send this account's webhooks here instead of the app's URL.")
@dry_run_option
def subscribe(callback: str | None, *, dry_run: bool) -> None:
    """Have Meta send the account's webhooks to the token's app."""
    known = whatsapp_settings()
    token = known.whatsapp_webhook_verify_token if callback is not None else None
    with graph_client(known, dry_run=dry_run) as graph:
        account = known.whatsapp_business_account_id
        subscribe_app(graph, account, callback_uri=callback, verify_token=token)
    done("The app gets the account's webhooks.", dry_run=dry_run)


@click.command()
@yes_option
@dry_run_option
def unsubscribe(*, yes: bool, dry_run: bool) -> None:
    """End the account's webhooks to the token's app."""
    confirm("Without webhooks nobody learns that a code did not arrive. Go on?", yes or dry_run)
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        unsubscribe_app(graph, known.whatsapp_business_account_id)
    done("The app gets no more webhooks of the account.", dry_run=dry_run)


@click.command("app-webhook")
@click.argument("url")
@click.option("--field", "names", multiple=True, default=NEEDED_FIELDS, show_default=True)
@dry_run_option
def app_webhook(url: str, names: tuple[str, ...], *, dry_run: bool) -> None:
    """Have the app get webhooks at URL; Meta asks URL for a challenge with our verify token."""
    known = whatsapp_settings()
    with graph_client(known) as graph:
        app_id = inspect_access_token(graph, known.whatsapp_access_token).app_id
        if app_id is None:
            stop("Meta does not say whose token this is: see `otp-service whatsapp token`.")
        app_token = read_app_access_token(graph, app_id, known.whatsapp_app_secret)
    with graph_client(known, dry_run=dry_run, access_token=app_token) as graph:
        set_app_subscription(
            graph,
            app_id,
            callback_url=url,
            verify_token=known.whatsapp_webhook_verify_token,
            fields=names,
        )
    done("The app gets its webhooks there.", dry_run=dry_run)


@click.command("webhook-override")
@click.argument("url", required=False)
@click.option("--clear", is_flag=True, help="Back to the account's or the app's URL.")
@dry_run_option
def webhook_override(url: str | None, *, clear: bool, dry_run: bool) -> None:
    """Send this number's webhooks to URL instead of the account's or the app's."""
    if clear == (url is not None):
        raise click.UsageError("Give either URL or --clear.")
    known = whatsapp_settings()
    number = known.whatsapp_phone_number_id
    with graph_client(known, dry_run=dry_run) as graph:
        if url is None:
            clear_number_callback(graph, number)
        else:
            token = known.whatsapp_webhook_verify_token
            override_number_callback(graph, number, url, token)
    done("The number's webhooks go elsewhere now.", dry_run=dry_run)


@click.command()
@dry_run_option
def insights(*, dry_run: bool) -> None:
    """Switch template analytics on, for good."""
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        enable_insights(graph, known.whatsapp_business_account_id)
    done("Template analytics are on.", dry_run=dry_run)


@click.command("assign-user")
@click.argument("user_id")
@click.option("--task", "tasks", multiple=True, type=click.Choice(TASKS), default=["MANAGE"])
@dry_run_option
def assign(user_id: str, tasks: tuple[str, ...], *, dry_run: bool) -> None:
    """Let the user USER_ID work with the account: once, for the system user."""
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        assign_user(graph, known.whatsapp_business_account_id, user_id, tasks)
    done("The user may work with the account.", dry_run=dry_run)


@click.command("remove-user")
@click.argument("user_id")
@dry_run_option
def remove(user_id: str, *, dry_run: bool) -> None:
    """Take the access of the user USER_ID to the account away."""
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        remove_user(graph, known.whatsapp_business_account_id, user_id)
    done("The user has no more access to the account.", dry_run=dry_run)


@click.command("delete-media")
@click.argument("media_id")
@dry_run_option
def delete(media_id: str, *, dry_run: bool) -> None:
    """Delete the media MEDIA_ID that came to our number."""
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        delete_media(graph, media_id, phone_number_id=known.whatsapp_phone_number_id)
    done("The media is deleted.", dry_run=dry_run)


ACCOUNT_CHANGES = (
    subscribe,
    unsubscribe,
    app_webhook,
    webhook_override,
    insights,
    assign,
    remove,
    delete,
)
