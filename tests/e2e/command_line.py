"""`otp-service`'s commands, each in a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN
from tests.e2e.conftest import process_environment

Ended = subprocess.CompletedProcess[str]
Run = Callable[..., Ended]
_SECRETS = (ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN, "appsecret_proof")
_TIMEOUT_S = 60


def otp_service(
    variables: dict[str, str], *arguments: str, folder: Path | None = None, given: str = ""
) -> Ended:
    """How a command ended in `folder`, or here; `given`: all that there is to read for it.

    Neither a secret of Meta's nor a traceback may ever be in what it wrote.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "otp_service", *arguments],
        env=process_environment(variables),
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    for secret in _SECRETS:
        assert secret not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return ended
