"""`otp-service template`: the authentication template that codes are sent with."""

from collections.abc import Sequence
from contextlib import suppress

import click
from rich.table import Table

from otp_service.bootstrap import health_reports
from otp_service.cli.commands import stop
from otp_service.cli.meta import (
    MetaCommands,
    confirm,
    done,
    dry_run_option,
    graph_client,
    json_option,
    yes_option,
)
from otp_service.cli.running import log_errors, settings
from otp_service.cli.tables import console, show_many
from otp_service.cli.template_review import await_review, is_under_review
from otp_service.domain.errors import StoreUnavailableError
from otp_service.settings import Settings
from otp_service.whatsapp.errors import WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.template import Template
from otp_service.whatsapp.template_plan import Act, Step, apply_step, plan_templates
from otp_service.whatsapp.template_previews import preview_templates
from otp_service.whatsapp.templates import TemplateFilter, delete_template, list_templates

_COLUMNS = (
    "language",
    "status",
    "rejected_reason",
    "quality",
    "category",
    "button.otp_type",
    "code_expiration_minutes",
    "message_send_ttl_s",
)
_LOOK_AGAIN = "Look again with: otp-service template status"


@click.group(cls=MetaCommands)
def template() -> None:
    """Declare the template at Meta as the WHATSAPP_TEMPLATE_ settings and OTP_TTL say."""


@template.command()
@json_option
def plan(*, as_json: bool) -> None:
    """What apply would do in each language, and what is otherwise at Meta."""
    known = settings()
    with graph_client(known) as graph:
        steps = _steps(graph, known)
    if as_json:
        show_many(steps, as_json=True)
    else:
        _show_steps(known, steps)


@template.command()
@yes_option
@click.option(
    "--wait",
    "wait_s",
    type=click.IntRange(min=0),
    default=600,
    show_default=True,
    help="Seconds to wait for Meta's review; 0: do not.",
)
@dry_run_option
def apply(wait_s: int, *, yes: bool, dry_run: bool) -> None:
    """Create or update the template in every language, and wait until Meta approved it.

    May be run again at any time: what is right is left alone. Exit code 1 unless all of it is.
    """
    known = settings()
    with graph_client(known, dry_run=dry_run) as graph:
        steps = _steps(graph, known)
        changes = [step for step in steps if step.act in {Act.CREATE, Act.UPDATE}]
        if not dry_run:
            _show_steps(known, steps)
            if changes:
                confirm(f"Change {len(changes)} at Meta?{_warning(changes)}", yes)
        refused = _refused(graph, known, changes)
        if dry_run:
            return
        last = await_review(
            lambda: [step for step in _steps(graph, known) if step.language not in refused], wait_s
        )
    _tell_service(known)
    wrong = [
        step.language
        for step in last
        if step.act is not Act.NOTHING and (wait_s or not is_under_review(step))
    ]
    if refused or wrong:
        stop(f"Not approved as declared: {', '.join([*refused, *wrong])}. {_LOOK_AGAIN}")


@template.command()
@json_option
def status(*, as_json: bool) -> None:
    """The template as Meta has it, in each language."""
    known = settings()
    with graph_client(known) as graph:
        show_many(_found(graph, known), as_json=as_json, columns=_COLUMNS)


@template.command()
@json_option
def preview(*, as_json: bool) -> None:
    """The texts that people will read, in each language: they are Meta's own."""
    known = settings()
    declared = known.template
    with graph_client(known) as graph:
        texts = preview_templates(
            graph, known.whatsapp_business_account_id, declared.content, declared.languages
        )
    show_many(texts, as_json=as_json)


@template.command()
@click.option("--language", help="Only this one; without it, all.")
@yes_option
@dry_run_option
def delete(language: str | None, *, yes: bool, dry_run: bool) -> None:
    """Delete the template at Meta. Its name cannot be used again for 30 days."""
    known = settings()
    name = known.whatsapp_template_name
    where = language or "all languages"
    confirm(f"Delete {name} in {where}? No code goes out then.", yes or dry_run)
    with graph_client(known, dry_run=dry_run) as graph:
        template_id = _id_of(_found(graph, known), language) if language else None
        delete_template(graph, known.whatsapp_business_account_id, name, template_id=template_id)
    if not dry_run:
        _tell_service(known)
    done(f"Deleted {name} in {where}.", dry_run=dry_run)


def _found(graph: GraphClient, known: Settings) -> list[Template]:
    wanted = TemplateFilter(name=known.whatsapp_template_name)
    return list(list_templates(graph, known.whatsapp_business_account_id, wanted))


def _steps(graph: GraphClient, known: Settings) -> list[Step]:
    return plan_templates(known.template, _found(graph, known))


def _refused(graph: GraphClient, known: Settings, changes: Sequence[Step]) -> list[str]:
    """Make the changes; the languages that Meta refused, each told of with Meta's advice."""
    refused = []
    for step in changes:
        try:
            apply_step(graph, known.whatsapp_business_account_id, known.template, step)
        except WhatsAppError as error:
            refused.append(step.language)
            click.echo(f"{step.language}: {error}", err=True)
    return refused


def _warning(changes: Sequence[Step]) -> str:
    if not any(step.template and step.template.is_sendable for step in changes):
        return ""
    return " What is changed may not be sent again before Meta has reviewed it."


def _tell_service(known: Settings) -> None:
    """Have a running service look at Meta's side at once; without Redis it does so in time."""
    log_errors()
    with suppress(StoreUnavailableError):
        health_reports(known).ask()


def _id_of(found: Sequence[Template], language: str) -> str:
    ids = [one.id for one in found if one.language == language]
    if not ids:
        stop(f"There is no such template in {language}.")
    return ids[0]


def _show_steps(known: Settings, steps: Sequence[Step]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("language", "status", "to do", "part", "declared", "at Meta"):
        table.add_column(title, overflow="fold")
    for step in steps:
        state = step.template.status if step.template else None
        rows = [(one.part, one.declared, one.at_meta) for one in step.differences]
        first, *others = rows or [("", "", "")]
        table.add_row(step.language, state or "-", step.act, *first)
        for row in others:
            table.add_row("", "", "", *row)
    shown = console()
    count = len(steps)
    shown.print(f"{known.whatsapp_template_name} in {count} language{'s' if count > 1 else ''}:")
    shown.print(table)
    if any(step.act is Act.RENAME for step in steps):
        shown.print("rename: only a template of another WHATSAPP_TEMPLATE_NAME can be this one.")
