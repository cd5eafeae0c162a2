"""The production server: gunicorn's threaded workers around create_app."""

import gc
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from otp_service.app import create_app
from otp_service.bootstrap import PeriodicJob, build_services
from otp_service.bootstrap.telemetry import build_telemetry
from otp_service.logs import configure_logs
from otp_service.server.background import end_jobs, start_jobs
from otp_service.server.worker import Worker
from otp_service.server.worker_metrics import WorkerMetrics
from otp_service.settings import Settings


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, settings: Settings, bind: str) -> None:
        self._settings = settings
        self._bind = bind
        self._metrics = WorkerMetrics()
        self._jobs: tuple[PeriodicJob, ...] = ()
        self._stopping = threading.Event()
        super().__init__()

    def load_config(self) -> None:
        options = gunicorn_options(self._settings, self._bind)
        for name, value in {**options, **self._metrics.hooks()}.items():
            self.cfg.set(name, value)
        self.cfg.set("worker_exit", self._end_worker)

    def load(self) -> Flask:
        # In the worker, after the fork: threads and connections do not survive one.
        configure_logs(self._settings.log_level)
        self._metrics.begin_in_worker()
        telemetry = build_telemetry(self._settings, self._metrics.directory)
        services = build_services(self._settings, telemetry)
        app = create_app(self._settings, services)
        # All of this lives as long as the process: a full collection that looks at it again and
        # again stops every request for a tenth of a second.
        gc.collect()
        gc.freeze()
        self._jobs = services.jobs
        start_jobs(self._jobs, self._stopping)
        return app

    def _end_worker(self, _arbiter: object, _worker: object) -> None:
        # Of a worker that could not even load there are none.
        end_jobs(self._jobs, self._stopping)


def worker_class(read_timeout_s: int) -> type[Worker]:
    return type("Worker", (Worker,), {"read_timeout_s": float(read_timeout_s)})


def gunicorn_options(settings: Settings, bind: str) -> dict[str, Any]:
    """Settings that held under load on two cores; docs/performance.md says what was measured."""
    return {
        "bind": bind,
        "workers": settings.web_workers,
        "threads": settings.web_threads,
        "worker_class": worker_class(settings.web_read_timeout),
        # Without it one worker can end up with every keep-alive connection.
        "reuse_port": not bind.startswith("unix:"),
        "keepalive": 65,
        # A send waits for Meta up to 15 s; a stop lets it finish.
        "graceful_timeout": 30,
        "timeout": 60,
        "limit_request_line": 2048,
        "limit_request_fields": 64,
        "control_socket_disable": True,
        "loglevel": "warning",
        "proc_name": "otp-service",
    }


def serve(settings: Settings, bind: str) -> None:
    """Run until SIGTERM or SIGINT; `bind` is HOST:PORT or unix:PATH."""
    _Server(settings, bind).run()
