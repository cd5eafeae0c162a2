"""The production server: gunicorn's threaded workers around create_app."""

import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.logs import configure_logs
from otp_service.server.background import start_jobs
from otp_service.server.worker import Worker
from otp_service.settings import Settings


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, settings: Settings, bind: str) -> None:
        self._settings = settings
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        for name, value in gunicorn_options(self._settings, self._bind).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        # In the worker, after the fork: threads and connections do not survive one.
        configure_logs(self._settings.log_level)
        services = build_services(self._settings)
        start_jobs(services.jobs, threading.Event())
        return create_app(self._settings, services)


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
