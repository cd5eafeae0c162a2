"""The same server around the least that Flask can do: JSON in, JSON out, and nothing else.

`python -m bench.bare_flask HOST:PORT`, with the service's settings in the environment.
"""

import sys

from flask import Flask, Response, jsonify, request
from gunicorn.app.base import BaseApplication

from otp_service.server import gunicorn_options
from otp_service.settings import load_settings


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, bind: str) -> None:
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        for name, value in gunicorn_options(load_settings(), self._bind).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = Flask("bare")

        @app.post("/")
        def answer() -> Response:
            return jsonify({"active": bool(request.get_json(force=True)["token"])})

        return app


if __name__ == "__main__":
    _Server(sys.argv[1]).run()
