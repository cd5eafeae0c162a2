"""The query of an audit read: every parameter known, said once, and checked."""

from flask import request

from otp_service.domain.audit_query import EventSearch
from otp_service.domain.errors import InvalidRequestError

_SEARCH = {
    "phoneNumber": "phone",
    "userId": "user_id",
    "event": "event",
    "outcome": "outcome",
    "client": "client",
    "ip": "ip",
    "requestId": "request_id",
    "wamid": "wamid",
    "since": "since",
    "until": "until",
}
SEARCH_NAMES = frozenset(_SEARCH)
PERIOD_NAMES = frozenset({"since", "until"})
# Those that say whose events are wanted.
OF_A_PERSON = frozenset({"phoneNumber", "userId", "requestId", "wamid", "ip"})
_USUAL_LIMIT = 50


def query(known: frozenset[str]) -> dict[str, str]:
    """The parameters by name. Raise InvalidRequestError for an unknown or a repeated one.

    A misspelled filter that was ignored would answer with everybody's events.
    """
    parameters: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in known:
            # Not the name itself: it can be anything, even a phone number.
            names = ", ".join(sorted(known)) or "none"
            raise InvalidRequestError(f"Unknown parameter. Known are: {names}.")
        if len(values) > 1:
            raise InvalidRequestError(f"{name} is given more than once.")
        parameters[name] = values[0]
    return parameters


def search_of(parameters: dict[str, str]) -> EventSearch:
    told = {_SEARCH[name]: text for name, text in parameters.items() if name in _SEARCH}
    if (phone := told.get("phone", "")).startswith(" "):
        # A plus that was not percent-encoded arrives as a space.
        told["phone"] = f"+{phone[1:]}"
    return EventSearch(**told)


def limit_of(parameters: dict[str, str]) -> int:
    """Raise InvalidRequestError when it is no whole number."""
    text = parameters.get("limit", str(_USUAL_LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidRequestError("limit must be a whole number.")
    return int(text)
