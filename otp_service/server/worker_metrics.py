"""Where the workers of one instance put what they count, so that each can tell of all.

prometheus_client's multi-process mode. The directory lives as long as the server: figures of an
earlier one would be counted once more.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from prometheus_client import values
from prometheus_client.multiprocess import mark_process_dead

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class WorkerMetrics:
    def __init__(self) -> None:
        self.directory = Path(mkdtemp(prefix="otp-service-metrics-"))

    def begin_in_worker(self) -> None:
        """Before anything is counted in this process."""
        os.environ[_VARIABLE] = str(self.directory)
        # The library chose when it was imported, and then there was no directory yet. Left to
        # itself it asks the kernel at each figure which process this is.
        process = os.getpid()
        values.ValueClass = values.MultiProcessValue(lambda: process)  # type: ignore[no-untyped-call]

    def hooks(self) -> dict[str, Callable[..., None]]:
        """gunicorn's, which call them in the process that started the workers."""
        return {"child_exit": self._forget, "on_exit": self._remove}

    def _forget(self, _server: Any, worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
        # What a dead worker counted stays counted; what it was busy with has ended.
        mark_process_dead(worker.pid, str(self.directory))  # type: ignore[no-untyped-call]

    def _remove(self, _server: Any) -> None:  # noqa: ANN401 - gunicorn has no types
        shutil.rmtree(self.directory, ignore_errors=True)
