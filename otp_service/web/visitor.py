"""Who is visiting, for the audit and the limits."""

import ipaddress

from flask import g, request

from otp_service.domain.challenge import RequestOrigin

PAGE_CLIENT_ID = "login-page"


def visitor(client_id: str = PAGE_CLIENT_ID) -> RequestOrigin:
    """On our own pages the connection's address is the person's own."""
    ip = _address()
    return RequestOrigin(
        client_id=client_id,
        ip=ip,
        end_user_ip=ip or None,
        user_agent=request.user_agent.string,
        http_request_id=g.http_request_id,
        received_at=g.received_at,
    )


def _address() -> str:
    """Empty when there is none: a unix socket, or a proxy that was sent something else."""
    try:
        return str(ipaddress.ip_address(request.remote_addr or ""))
    except ValueError:
        return ""
