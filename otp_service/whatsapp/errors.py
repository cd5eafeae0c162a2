"""What a send can end with, one class for each thing a caller does differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otp_service.whatsapp.error_codes import WINDOW_CLOSED, ErrorCode, Kind, Retry, lookup

if TYPE_CHECKING:
    from otp_service.whatsapp.graph_error import GraphError


class WhatsAppError(Exception):
    """A send that did not end with a message id.

    `str()` is fit for a log: it never holds a phone number, a passcode or a token.
    `graph`: Meta's own error, when Meta answered with one. `alert`: an operator must look.
    `stop`: every send will fail until someone acts.
    """

    def __init__(
        self,
        reason: str,
        *,
        graph: GraphError | None = None,
        alert: bool = False,
        stop: bool = False,
    ) -> None:
        super().__init__(reason)
        self.graph = graph
        self.alert = alert
        self.stop = stop


class InvalidArgumentError(ValueError):
    """An argument that Meta would refuse or misread; nothing left this machine.

    `str()` names the argument and the rule, and never holds the value.
    """


class RecipientError(WhatsAppError):
    """The message cannot reach this person, or the number is wrong. Nothing was sent."""


class OperatorError(WhatsAppError):
    """Ours to repair: token, permission, template, billing, parameters. Nothing was sent."""


class WindowClosedError(OperatorError):
    """This person has not written in the last 24 hours: only a template may be sent to them.

    Nothing was sent, and the same text goes through once they write.
    """


class PlatformError(WhatsAppError):
    """Meta is down, throttling or out of reach. Nothing was sent.

    `retry_after_s`: seconds to wait, when known. `retryable`: trying again at once is sensible.
    `graph` is None when the connection was never established.
    """

    def __init__(
        self,
        reason: str,
        *,
        graph: GraphError | None = None,
        alert: bool = False,
        retry_after_s: float | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(reason, graph=graph, alert=alert)
        self.retry_after_s = retry_after_s
        self.retryable = retryable


class UnknownOutcomeError(WhatsAppError):
    """The request may have been processed: a retry could deliver twice.

    Only a status webhook tells; Meta has no idempotency key ("Messages", Cloud API).
    """


def refusal(graph: GraphError, *, retry_after_s: float | None = None) -> WhatsAppError:
    """Return the exception for an answer that carries a Graph error.

    `retry_after_s` is the answer's own Retry-After, in seconds; the most specific wait wins.
    """
    row = lookup(
        graph.code,
        subcode=graph.subcode,
        message=graph.message,
        is_transient=graph.is_transient,
    )
    reason = _describe(graph, row)
    if row.kind is Kind.RECIPIENT:
        return RecipientError(reason, graph=graph, alert=row.alert)
    if row.kind is Kind.OPERATOR:
        kind = WindowClosedError if graph.code == WINDOW_CLOSED else OperatorError
        return kind(reason, graph=graph, alert=row.alert, stop=row.stop)
    wait_s = retry_after_s or _regain_access_s(graph) or row.retry_after_s
    return PlatformError(
        reason,
        graph=graph,
        alert=row.alert,
        retry_after_s=wait_s,
        retryable=row.retry is not Retry.NEVER and wait_s is None,
    )


def refusal_without_code(http_status: int, *, retry_after_s: float | None = None) -> WhatsAppError:
    """Return the exception for an answer below 500 that is no Graph error and no success.

    Something before the Graph API answered (an edge server, a wrong base URL): not processed.
    """
    reason = f"HTTP {http_status} without a Graph error"
    if http_status in {408, 425, 429}:
        return PlatformError(reason, retry_after_s=retry_after_s)
    return OperatorError(reason, alert=True)


def _describe(graph: GraphError, row: ErrorCode) -> str:
    subcode = f"/{graph.subcode}" if graph.subcode is not None else ""
    return (
        f"Meta error {graph.code}{subcode} ({row.title}), HTTP {graph.http_status}, "
        f"fbtrace_id {graph.fbtrace_id}: {graph.safe_details}"
    )


def _regain_access_s(graph: GraphError) -> float | None:
    minutes = graph.estimated_time_to_regain_access
    return minutes * 60.0 if minutes else None
