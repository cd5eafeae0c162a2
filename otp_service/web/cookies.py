"""The pages' two cookies, in the strictest form that the connection allows."""

import ipaddress
from dataclasses import dataclass

from flask import Request, Response, request


@dataclass(frozen=True, slots=True)
class PageCookie:
    """`__Host-` and Secure (RFC 6265bis section 4.1.3.2), except on plain http to this machine.

    There Secure cookies are dropped by some browsers, and nobody is on the wire.
    """

    bare_name: str

    def read(self) -> str:
        return request.cookies.get(self._name(), "")

    def write(self, response: Response, value: str, max_age_s: int) -> None:
        response.set_cookie(
            self._name(),
            value,
            max_age=max_age_s,
            path="/",
            secure=not _is_plain_loopback(request),
            httponly=True,
            samesite="Lax",
        )

    def forget(self, response: Response) -> None:
        self.write(response, "", 0)

    def _name(self) -> str:
        return self.bare_name if _is_plain_loopback(request) else f"__Host-{self.bare_name}"


# Lax, not Strict: whoever comes back to the page over a link is in the middle of the same login.
STATE_COOKIE = PageCookie("shamrock_login")
SESSION_COOKIE = PageCookie("shamrock_session")


def _is_plain_loopback(asked: Request) -> bool:
    if asked.scheme != "http":
        return False
    host = asked.host.rsplit(":", 1)[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
