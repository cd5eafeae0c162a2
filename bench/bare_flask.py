"""The same server around the least that Flask can do, and around the least that is a login.

`python -m bench.bare_flask HOST:PORT`, with the service's settings in the environment.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import redis
from argon2 import PasswordHasher
from flask import Flask, Response, jsonify, request
from gunicorn.app.base import BaseApplication

from otp_service.server import gunicorn_options
from otp_service.settings import Settings, load_settings

_PASSCODE = "123456"
_COUNT_AND_READ = "redis.call('INCR', KEYS[1]) return redis.call('GET', KEYS[2])"
_CONSUME = "redis.call('SET', KEYS[2], 1, 'EX', 60) return redis.call('DEL', KEYS[1])"


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, settings: Settings, bind: str) -> None:
        self._settings = settings
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        for name, value in gunicorn_options(self._settings, self._bind).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = Flask("bare")

        @app.post("/")
        def answer() -> Response:
            return jsonify({"active": bool(request.get_json(force=True)["token"])})

        _add_login(app, self._settings)
        return app


def _add_login(app: Flask, settings: Settings) -> None:
    """Two round trips to Redis and argon2 on a pool: no limits, no audit, no log, no metrics."""
    client = redis.Redis.from_url(settings.redis_url)
    count, consume = client.register_script(_COUNT_AND_READ), client.register_script(_CONSUME)
    hasher = PasswordHasher(
        time_cost=settings.otp_argon2_passes,
        memory_cost=settings.otp_argon2_memory_kib,
        parallelism=settings.otp_argon2_lanes,
    )
    pool = ThreadPoolExecutor(settings.hashing_threads)
    client.set("bare:digest", hasher.hash(_PASSCODE))

    @app.post("/login")
    def login() -> Response:
        asked = request.get_json(force=True)
        tries = f"bare:tries:{asked['phoneNumber']}"
        digest = count(keys=[tries, "bare:digest"])
        valid = pool.submit(hasher.verify, digest.decode(), asked["otpCode"]).result()
        consume(keys=[tries, f"bare:session:{asked['phoneNumber']}"])
        return jsonify({"valid": valid})


if __name__ == "__main__":
    _Server(load_settings(), sys.argv[1]).run()
