"""What every command shares: settings and services."""

import sys

from otp_service.bootstrap import Services, build_services
from otp_service.cli.commands import stop
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


def log_errors() -> None:
    """On stderr: a command's stdout is its answer alone."""
    configure_logs("ERROR", sys.stderr.write)


def services() -> Services:
    loaded = settings()
    log_errors()
    return build_services(loaded)
