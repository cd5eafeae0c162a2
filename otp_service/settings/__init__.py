"""Settings: environment, `.env`, `<NAME>_FILE`, secrets directory; all faults said at once."""

from otp_service.settings.environment import Settings, load_settings, load_whatsapp_settings
from otp_service.settings.faults import SettingsError
from otp_service.settings.whatsapp import WhatsAppSettings

__all__ = [
    "Settings",
    "SettingsError",
    "WhatsAppSettings",
    "load_settings",
    "load_whatsapp_settings",
]
