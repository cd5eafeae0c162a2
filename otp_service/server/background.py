"""What a worker does beside answering: jobs that come round again, each on a thread of its own."""

import threading
from collections.abc import Iterable

import structlog

from otp_service.bootstrap import PeriodicJob
from otp_service.domain.errors import OtpError
from otp_service.domain.health import UnansweredError

_log = structlog.get_logger(__name__)


def start_jobs(jobs: Iterable[PeriodicJob], stopping: threading.Event) -> None:
    """Run each job now and every `every_s` seconds from then on, until `stopping`."""
    for job in jobs:
        threading.Thread(
            target=_keep_running, args=(job, stopping), name=job.name, daemon=True
        ).start()


def _keep_running(job: PeriodicJob, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            job.run()
        except (OtpError, UnansweredError) as error:
            _log.warning("job_failed", job=job.name, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the next round may well succeed
            # Not str(error): a library's message may quote what it was working on.
            _log.error("job_failed", job=job.name, error=type(error).__name__)
        stopping.wait(job.every_s)
