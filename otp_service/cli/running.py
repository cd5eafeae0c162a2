"""What every command shares: settings, services, and refusals that end as one sentence."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

import click

from otp_service.bootstrap import Services, build_services
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.errors import OtpError
from otp_service.logs import configure_logs
from otp_service.settings import (
    Settings,
    SettingsError,
    WhatsAppSettings,
    load_settings,
    load_whatsapp_settings,
)

OPERATOR = RequestOrigin(client_id="cli")
_EXIT_SETTINGS = 2


def settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        stop(str(error), _EXIT_SETTINGS)


def whatsapp_settings() -> WhatsAppSettings:
    """Of what speaks to Meta alone: it can be set up before there is a Redis or a key."""
    try:
        return load_whatsapp_settings()
    except SettingsError as error:
        stop(str(error), _EXIT_SETTINGS)


def services() -> Services:
    loaded = settings()
    configure_logs("ERROR")
    return build_services(loaded)


def stop(text: str, code: int = 1) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(code)


class Commands(click.Group):
    """Every command's refusals end as one sentence and exit code 1.

    A command's module, of those in this package, is imported when the command is called: a worker
    lives for months with what `otp-service serve` has loaded.
    """

    def __init__(self, *args: Any, modules: Mapping[str, str], **options: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **options)
        self._modules = modules

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(self._modules)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in self._modules:
            return None
        module = import_module(f"{__package__}.{self._modules[name]}")
        command: click.Command = getattr(module, name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OtpError as error:
            stop(error.message)
