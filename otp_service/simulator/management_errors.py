"""Refusals of management calls, with the details that say which rule was broken.

Meta, "Cloud API error codes", "Graph API, WhatsApp Business Account" and "Rate limits".
"""

from otp_service.simulator.graph_error import GraphError


def registration_limit() -> GraphError:
    return GraphError.of(133016, "10 registrations and deregistrations in 72 hours are the limit.")


def pin_mismatch() -> GraphError:
    return GraphError.of(131031, "Two-step verification PIN does not match.")


def request_code_error(details: str) -> GraphError:
    return _cloud(136024, "Request code error", details)


def verify_code_error(details: str) -> GraphError:
    return _cloud(136025, "Verify code error", details)


def insights_not_enabled() -> GraphError:
    return GraphError(200007, "(#200007) Template analytics are not enabled for this account.")


def callback_not_verified() -> GraphError:
    return GraphError(
        2200,
        "(#2200) Callback verification failed: the callback did not answer the challenge.",
    )


def _cloud(code: int, title: str, details: str) -> GraphError:
    return GraphError(code, f"(#{code}) {title}", details=details)
