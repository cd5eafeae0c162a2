"""What a worker does beside answering: jobs that come round again, each on a thread of its own."""

import logging
import threading
from collections.abc import Callable, Iterable

import structlog

from otp_service.bootstrap import PeriodicJob
from otp_service.domain.errors import OtpError
from otp_service.domain.health import UnansweredError

_EXPECTED = (OtpError, UnansweredError)
_log = structlog.get_logger(__name__)


def start_jobs(jobs: Iterable[PeriodicJob], stopping: threading.Event) -> None:
    """Begin each job, then run it, now and every `every_s` seconds, until `stopping`."""
    for job in jobs:
        threading.Thread(
            target=_keep_running, args=(job, stopping), name=job.name, daemon=True
        ).start()


def end_jobs(jobs: Iterable[PeriodicJob], stopping: threading.Event) -> None:
    """Have no job begin another round, and do what each of them does last."""
    stopping.set()
    for job in jobs:
        if failure := _attempt(job.end):
            _tell(job, failure)


def _keep_running(job: PeriodicJob, stopping: threading.Event) -> None:
    step, told = job.begin, ""
    while not stopping.is_set():
        failure = _attempt(step)
        sentence = _sentence(failure) if failure else ""
        # Once for each thing that goes wrong: a job comes round every few seconds.
        if failure and sentence != told:
            _tell(job, failure)
        told = sentence
        if step is job.begin and failure is None:
            step = job.run
            continue
        stopping.wait(job.every_s)


def _attempt(step: Callable[[], None]) -> Exception | None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 - the next round may well succeed
        return error
    return None


def _tell(job: PeriodicJob, failure: Exception) -> None:
    level = logging.WARNING if isinstance(failure, _EXPECTED) else logging.ERROR
    _log.log(level, "job_failed", job=job.name, error=_sentence(failure))


def _sentence(failure: Exception) -> str:
    # Never what a library says: it may quote what it was working on.
    name = type(failure).__name__
    return f"{name}: {failure}" if isinstance(failure, UnansweredError) else name
