"""Settings from files: `<NAME>_FILE`, or a secrets directory as container engines mount one."""

import os
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from otp_service.settings.faults import SettingsError


def file_text(name: str, path: str) -> str:
    """Raise SettingsError; never with what is in the file."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{name}: the file {path} cannot be read ({type(error).__name__})"
        ) from None


class SecretFiles(PydanticBaseSettingsSource):
    """`<NAME>_FILE` in the environment, or a file NAME in `SECRETS_DIR`."""

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002 - pydantic's signature
        field_name: str,
    ) -> tuple[Any, str, bool]:
        name = field_name.upper()
        path = os.environ.get(f"{name}_FILE") or self._in_secrets_dir(name)
        return (file_text(name, path).strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}

    @staticmethod
    def _in_secrets_dir(name: str) -> str | None:
        directory = os.environ.get("SECRETS_DIR")
        path = Path(directory) / name if directory else None
        return str(path) if path and path.is_file() else None
