"""Ask the login service who a session token belongs to, and remember the answer for a while.

For backends in Python 3.11 or newer, with `requests`. RFC 7662; docs/sessions.md says why it is
built as it is. One `SessionCheck` serves all threads of a process.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import requests

_LONGEST_TOKEN_CHARS = 2048
_DEAD_FOR_S = 5.0


@dataclass(frozen=True, slots=True)
class Session:
    """A live session. `expires_at` is in Unix seconds."""

    user_id: str
    role: str
    session_id: str
    expires_at: int


class SessionServiceUnavailableError(Exception):
    """Nobody knows whether the session lives: let nobody in, and answer 503."""


class SessionCheck:
    """Remembers a live session for `live_for_s` seconds at most, a dead token for five.

    `live_for_s` is how long a session may go on here after it was revoked. `clock` never goes
    backwards and counts seconds.
    """

    def __init__(
        self,
        service_url: str,
        api_key: str,
        *,
        live_for_s: float = 30.0,
        timeout_s: float = 3.0,
        max_remembered: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = f"{service_url.rstrip('/')}/v1/sessions/introspect"
        self._http = requests.Session()
        self._http.headers["X-API-Key"] = api_key
        self._live_for_s, self._timeout_s = live_for_s, timeout_s
        self._max_remembered = max_remembered
        self._clock = clock
        self._lock = threading.Lock()
        # By the token's digest: whoever reads this memory cannot log in with what it holds.
        self._remembered: OrderedDict[bytes, tuple[float, Session | None]] = OrderedDict()
        self._asking: dict[bytes, Future[Session | None]] = {}

    def session(self, token: str) -> Session | None:
        """The token's session, None for a dead one. Raise SessionServiceUnavailableError."""
        if not token or len(token) > _LONGEST_TOKEN_CHARS or not token.isascii():
            return None
        digest = _digest(token)
        with self._lock:
            until, session = self._remembered.get(digest, (0.0, None))
            if self._clock() < until:
                return session
            answer = self._asking.get(digest)
            if mine := answer is None:
                answer = self._asking[digest] = Future()
        return self._ask(token, digest, answer) if mine else answer.result()

    def forget(self, token: str) -> None:
        """Ask again next time: for a log-out of your own, once the service has revoked it."""
        digest = _digest(token)
        with self._lock:
            self._remembered.pop(digest, None)
            # A question under way may have been answered before the log-out.
            self._asking.pop(digest, None)

    def _ask(self, token: str, digest: bytes, answer: "Future[Session | None]") -> Session | None:
        """Ask the service, also for everybody who waits for `answer` meanwhile."""
        asked_at = self._clock()
        try:
            session = self._introspect(token)
        except BaseException as error:
            # A failure is not remembered: whoever asks next asks the service.
            with self._lock:
                self._finish(digest, answer)
            answer.set_exception(error)
            raise
        with self._lock:
            if self._finish(digest, answer):
                self._remembered[digest] = (asked_at + self._life_s(session), session)
                self._remembered.move_to_end(digest)
                while len(self._remembered) > self._max_remembered:
                    self._remembered.popitem(last=False)
        answer.set_result(session)
        return session

    def _finish(self, digest: bytes, answer: "Future[Session | None]") -> bool:
        """Whether the answer still counts: nobody forgot the token meanwhile."""
        if self._asking.get(digest) is not answer:
            return False
        del self._asking[digest]
        return True

    def _life_s(self, session: Session | None) -> float:
        if session is None:
            return _DEAD_FOR_S
        return min(self._live_for_s, session.expires_at - time.time())

    def _introspect(self, token: str) -> Session | None:
        """Raise SessionServiceUnavailableError for every answer that is none."""
        try:
            response = self._http.post(
                self._url,
                data={"token": token},
                timeout=self._timeout_s,
                allow_redirects=False,  # the key goes to nobody else
            )
            if response.status_code != 200:
                raise SessionServiceUnavailableError(f"status {response.status_code}")
            answer = response.json()
            if answer["active"] is False:
                return None
            return Session(answer["sub"], answer["role"], answer["jti"], int(answer["exp"]))
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            # Not its text: it may quote the request.
            raise SessionServiceUnavailableError(type(error).__name__) from None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
