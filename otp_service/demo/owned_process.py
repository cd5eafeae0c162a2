"""A process that lives no longer than the one that started it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence


class OwnedProcess:
    """`environment` replaces the inherited one; a `quiet` process writes nowhere."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "otp_service.demo.guardian", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.DEVNULL if quiet else None,
            env=environment,
            # Ctrl-C is the owner's to answer: it stops its processes in their order.
            start_new_session=True,
        )

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        """End it gently and wait until it is gone."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()
