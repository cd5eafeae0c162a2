"""The commands of `otp-service whatsapp` that change the business number at Meta."""

import click

from otp_service.cli.meta import confirm, done, dry_run_option, graph_client, yes_option
from otp_service.cli.running import whatsapp_settings
from otp_service.whatsapp.number_registration import (
    deregister_number,
    register_number,
    request_verification_code,
    set_identity_check,
    set_two_step_pin,
    verify_number,
)

_pin_option = click.option(
    "--pin",
    envvar="WHATSAPP_TWO_STEP_PIN",
    show_envvar=True,
    prompt="Two-step PIN (six digits)",
    hide_input=True,
    help="Asked for when not given; other users of the machine see arguments.",
)


@click.command()
@_pin_option
@click.option("--region", help="Country in which Meta keeps messages at rest, e.g. DE.")
@dry_run_option
def register(pin: str, region: str | None, *, dry_run: bool) -> None:
    """Register the number for the Cloud API, with its PIN or a first one."""
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        register_number(graph, known.whatsapp_phone_number_id, pin, storage_region=region)
    done("The number is registered.", dry_run=dry_run)


@click.command()
@yes_option
@dry_run_option
def deregister(*, yes: bool, dry_run: bool) -> None:
    """Take the number out of the Cloud API."""
    confirm("Nobody can log in until the number is registered again. Go on?", yes or dry_run)
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        deregister_number(graph, known.whatsapp_phone_number_id)
    done("The number is deregistered.", dry_run=dry_run)


@click.command()
@_pin_option
@dry_run_option
def pin(pin: str, *, dry_run: bool) -> None:
    """Set or replace the number's two-step PIN."""
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        set_two_step_pin(graph, known.whatsapp_phone_number_id, pin)
    done("The PIN is set.", dry_run=dry_run)


@click.command("request-code")
@click.option("--voice", is_flag=True, help="By call instead of SMS.")
@click.option("--language", default="en_US", show_default=True)
@dry_run_option
def request_code(language: str, *, voice: bool, dry_run: bool) -> None:
    """Have Meta send a code to the business number, to prove that it is ours."""
    known = whatsapp_settings()
    method = "VOICE" if voice else "SMS"
    with graph_client(known, dry_run=dry_run) as graph:
        number = known.whatsapp_phone_number_id
        request_verification_code(graph, number, method=method, language=language)
    done("The code is on its way to the business number.", dry_run=dry_run)


@click.command("verify-code")
@click.option("--code", prompt="Code Meta sent to the business number", hide_input=True)
@dry_run_option
def verify_code(code: str, *, dry_run: bool) -> None:
    """Hand in the code that came to the business number."""
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        verify_number(graph, known.whatsapp_phone_number_id, code)
    done("The number is verified.", dry_run=dry_run)


@click.command("identity-check")
@click.argument("state", type=click.Choice(["on", "off"]))
@dry_run_option
def identity_check(state: str, *, dry_run: bool) -> None:
    """Have webhooks carry each recipient's identity hash, to find a number that changed hands."""
    known = whatsapp_settings()
    with graph_client(known, dry_run=dry_run) as graph:
        set_identity_check(graph, known.whatsapp_phone_number_id, enabled=state == "on")
    done(f"The identity check is {state}.", dry_run=dry_run)


NUMBER_CHANGES = (register, deregister, pin, request_code, verify_code, identity_check)
