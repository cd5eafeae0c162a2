"""Jobs of a worker: begun once, run again and again, and never ended by a failure."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from otp_service.bootstrap import PeriodicJob
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.health import UnansweredError
from otp_service.server.background import end_jobs, start_jobs
from tests.http_api.conftest import captured_logs, wait_until


class Steps:
    """Does as it is told, the last one for ever, and counts."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.count = 0

    def __call__(self) -> None:
        self.count += 1
        error = self.errors.pop(0) if self.errors else None
        if error:
            raise error


@contextmanager
def running(*jobs: PeriodicJob) -> Iterator[None]:
    stopping = threading.Event()
    start_jobs(jobs, stopping)
    try:
        yield
    finally:
        stopping.set()
        for thread in threading.enumerate():
            if thread.name in {job.name for job in jobs}:
                thread.join()


def test_a_job_begins_once_and_runs_again_and_again():
    begin, run = Steps(), Steps()
    with running(PeriodicJob("looking", 0.005, run, begin)):
        wait_until(lambda: run.count >= 3)
    assert begin.count == 1


def test_a_job_runs_only_once_its_beginning_has_succeeded():
    begin, run = Steps(StoreUnavailableError(), StoreUnavailableError()), Steps()
    with running(PeriodicJob("looking", 0.005, run, begin)):
        wait_until(lambda: run.count >= 1)
    assert begin.count == 3


def test_a_failure_ends_no_job_and_is_told_once():
    away = [StoreUnavailableError() for _ in range(4)]
    silent = [UnansweredError("HTTP 502") for _ in range(3)]
    run = Steps(*away, None, *silent, ValueError("+12395550100"), None)
    with captured_logs() as logs, running(PeriodicJob("looking", 0.001, run)):
        wait_until(lambda: run.count >= 12)
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert [(line["level"], line["job"], line["error"]) for line in lines] == [
        ("warning", "looking", "StoreUnavailableError"),
        ("warning", "looking", "UnansweredError: HTTP 502"),
        ("error", "looking", "ValueError"),
    ]
    assert "2395550100" not in logs.getvalue()


def test_one_job_s_failure_is_not_the_other_s():
    broken, well = Steps(*[ZeroDivisionError()] * 50), Steps()
    with running(PeriodicJob("broken", 0.001, broken), PeriodicJob("well", 0.001, well)):
        wait_until(lambda: broken.count >= 3 and well.count >= 3)


def test_at_the_end_each_job_does_its_last_and_begins_no_other_round():
    stopping, run, last = threading.Event(), Steps(), Steps()
    jobs = (
        PeriodicJob("broken", 0.001, run, end=Steps(StoreUnavailableError())),
        PeriodicJob("looking", 60, Steps(), end=last),
    )
    start_jobs(jobs, stopping)
    wait_until(lambda: run.count >= 1)
    with captured_logs() as logs:
        end_jobs(jobs, stopping)
    rounds = run.count
    assert last.count == 1
    assert json.loads(logs.getvalue())["error"] == "StoreUnavailableError"
    wait_until(lambda: not {"broken", "looking"} & {t.name for t in threading.enumerate()})
    assert run.count <= rounds + 1
