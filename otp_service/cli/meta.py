"""What the commands that speak to Meta share: the client, the dry run, refusals in a sentence."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

from otp_service.cli.commands import stop
from otp_service.settings import WhatsAppSettings
from otp_service.whatsapp.errors import InvalidArgumentError, WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient

_SECRETS = ("pin", "code", "verify_token")

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Print the call that would be made, and make none."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


class MetaCommands(click.Group):
    """Every refusal, Meta's or our own before a call leaves, ends as one sentence."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except InvalidArgumentError as error:
            stop(f"{error}.")
        except WhatsAppError as error:
            stop(str(error))


class DryRunGraph(GraphClient):
    """Reads as ever; prints a change instead of making it, with secrets masked."""

    def post(
        self,
        path: str,
        payload: Mapping[str, object],
        *,
        private: Iterable[str] = (),  # noqa: ARG002  # the signature is the client's own
    ) -> Mapping[str, object]:
        return self._print("POST", path, json.dumps(_masked(payload)) if payload else "")

    def post_form(self, path: str, form: Mapping[str, str]) -> Mapping[str, object]:
        return self._print("POST", path, f"form {json.dumps(_masked(form))}")

    def delete(self, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
        return self._print("DELETE", path, f"query {json.dumps(_masked(query))}" if query else "")

    def _print(self, method: str, path: str, parameters: str) -> Mapping[str, object]:
        click.echo(f"{method} {self._at(path)} {parameters}".rstrip())
        # The id is for what would have been created.
        return {"success": True, "id": "0"}


def graph_client(
    settings: WhatsAppSettings, *, dry_run: bool = False, access_token: str | None = None
) -> GraphClient:
    """A client with the system user's token, or with another."""
    kind = DryRunGraph if dry_run else GraphClient
    return kind(
        access_token=access_token or settings.whatsapp_access_token,
        app_secret=settings.whatsapp_app_secret,
        api_version=settings.whatsapp_api_version,
        base_url=settings.whatsapp_api_base_url,
    )


def confirm(question: str, answered: bool) -> None:  # noqa: FBT001  # the answer itself
    """Ends the command unless the operator said yes, now or beforehand."""
    if not answered:
        click.confirm(question, abort=True)


def done(sentence: str, *, dry_run: bool) -> None:
    """Says what was done; a dry run has said its own."""
    if not dry_run:
        click.echo(sentence)


def _masked(value: object) -> Any:  # noqa: ANN401  # JSON
    if not isinstance(value, Mapping):
        return value
    return {
        name: "[redacted]" if name in _SECRETS else _masked(member)
        for name, member in value.items()
    }
