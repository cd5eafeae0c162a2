"""fakeredis with the one function of Redis' Lua that it lacks."""

import hashlib
from typing import Any

import fakeredis


def fake_redis(server: fakeredis.FakeServer | None = None) -> fakeredis.FakeRedis:
    """A client of `server`, or of a server of its own."""
    fake: Any = server or fakeredis.FakeServer()
    client = fakeredis.FakeRedis(server=fake, decode_responses=True)
    if not hasattr(fake, "_lua_runtime"):
        client.eval("return 1", 0)  # makes the runtime, which the server then keeps
        fake._lua_runtime.globals().redis.sha1hex = _sha1hex
    return client


def _sha1hex(text: bytes) -> bytes:
    return hashlib.sha1(text).hexdigest().encode()
