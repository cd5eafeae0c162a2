"""Settings: environment, `.env`, `<NAME>_FILE`, secrets directory; all faults said at once."""

from otp_service.settings.environment import Settings, load_settings
from otp_service.settings.faults import SettingsError

__all__ = ["Settings", "SettingsError", "load_settings"]
