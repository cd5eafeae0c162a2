"""`otp-service roles`: who has a role of their own."""

import dataclasses
import json

import click

from otp_service.cli.running import OPERATOR, services
from otp_service.domain.roles import Role, RoleChange
from otp_service.domain.subject import Subject


@click.group()
def roles() -> None:
    """Who has a role of their own. A change of role ends that person's sessions."""


@roles.command("set")
@click.argument("phone")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def roles_set(phone: str, role: str) -> None:
    """Give PHONE (any spelling) the role ROLE."""
    subject, change = services().administration.set_role(phone, Role(role), OPERATOR)
    _echo_change(subject, change)


@roles.command("remove")
@click.argument("phone")
def roles_remove(phone: str) -> None:
    """Give PHONE the default role again."""
    subject, change = services().administration.remove_role(phone, OPERATOR)
    _echo_change(subject, change)


@roles.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def roles_list(*, as_json: bool) -> None:
    """List the numbers that have a role of their own."""
    rows = list(services().administration.list_roles())
    for row in sorted(rows, key=lambda row: (row.role, row.phone_id)):
        if as_json:
            click.echo(json.dumps(dataclasses.asdict(row)))
        else:
            click.echo(f"{row.role:13} {row.masked_phone:17} {row.phone_id}  {row.changed_by}")


def _echo_change(subject: Subject, change: RoleChange) -> None:
    click.echo(
        f"{subject.masked_phone} {change.previous} -> {change.role}, "
        f"{change.sessions_ended} sessions ended"
    )
