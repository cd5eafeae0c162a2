"""What every command shares: settings, services, and refusals that end as one sentence."""

import sys
from typing import NoReturn

import click

from otp_service.bootstrap import Services, build_services
from otp_service.domain.challenge import RequestOrigin
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
