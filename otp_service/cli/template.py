"""`otp-service template`: the authentication template that codes are sent with."""

import time
from collections.abc import Sequence

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from otp_service.cli.meta import MetaCommands, dry_run_option, graph_client, json_option
from otp_service.cli.running import settings, stop
from otp_service.cli.tables import show_many
from otp_service.settings import Settings
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.template import Template
from otp_service.whatsapp.template_plan import Act, Step, apply_step, plan_templates
from otp_service.whatsapp.templates import (
    TemplateFilter,
    delete_template,
    list_templates,
    preview_templates,
)

_UNDER_REVIEW = frozenset({"PENDING", "IN_APPEAL"})
_ASK_AGAIN_S = 5.0


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
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait", default=600, show_default=True, help="Seconds to wait for Meta's review; 0: do not."
)
@dry_run_option
def apply(wait: int, *, yes: bool, dry_run: bool) -> None:
    """Create or update the template in every language, and wait until Meta approved it."""
    known = settings()
    with graph_client(known, dry_run=dry_run) as graph:
        steps = _steps(graph, known)
        changes = [step for step in steps if step.act in {Act.CREATE, Act.UPDATE}]
        if not dry_run:
            _show_steps(known, steps)
        if changes and not (yes or dry_run):
            click.confirm(f"Change {len(changes)} at Meta?", abort=True)
        for step in changes:
            apply_step(graph, known.whatsapp_business_account_id, known.template, step)
        if not dry_run:
            _await_approval(graph, known, wait)


@template.command()
@json_option
def status(*, as_json: bool) -> None:
    """The template as Meta has it, in each language."""
    known = settings()
    with graph_client(known) as graph:
        show_many(_found(graph, known), as_json=as_json)


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
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
def delete(language: str | None, *, yes: bool, dry_run: bool) -> None:
    """Delete the template at Meta. Its name cannot be used again for 30 days."""
    known = settings()
    name = known.whatsapp_template_name
    if not (yes or dry_run):
        click.confirm(
            f"Delete {name} in {language or 'all languages'}? No code goes out then.", abort=True
        )
    with graph_client(known, dry_run=dry_run) as graph:
        template_id = _id_of(_found(graph, known), language) if language else None
        delete_template(graph, known.whatsapp_business_account_id, name, template_id=template_id)
    if not dry_run:
        click.echo("Deleted.")


def _found(graph: GraphClient, known: Settings) -> list[Template]:
    wanted = TemplateFilter(name=known.whatsapp_template_name)
    return list(list_templates(graph, known.whatsapp_business_account_id, wanted))


def _steps(graph: GraphClient, known: Settings) -> list[Step]:
    return plan_templates(known.template, _found(graph, known))


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
    console = Console()
    console.print(f"{known.whatsapp_template_name} in {len(steps)} languages:")
    console.print(table)


def _await_approval(graph: GraphClient, known: Settings, wait_s: int) -> None:
    """Show the states until none is under review. Exit code 1 unless all are approved."""
    deadline = time.monotonic() + wait_s
    with Live(auto_refresh=False) as live:
        while True:
            found = [
                one for one in _found(graph, known) if one.language in known.template.languages
            ]
            live.update(_states(found), refresh=True)
            pending = [one for one in found if one.status in _UNDER_REVIEW]
            if not pending or time.monotonic() >= deadline:
                break
            time.sleep(min(_ASK_AGAIN_S, max(0.0, deadline - time.monotonic())))
    missing = len(known.template.languages) - sum(one.is_sendable for one in found)
    if missing:
        stop(f"Not yet approved: {missing}. Look again with: otp-service template status")


def _states(found: Sequence[Template]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("language", "status", "reason"):
        table.add_column(title)
    for one in found:
        reason = one.rejected_reason if one.rejected_reason not in {None, "NONE"} else ""
        table.add_row(one.language, one.status or "-", reason)
    return table
