"""The events' filter: a form whose answer is an address without a phone number in it.

A number and Meta's id of a message (which holds the number) are sent in a form's body; in the
address stand the pseudonyms that they are kept under.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from otp_service.domain.audit_query import EventFilter, EventSearch, read_phone_id
from otp_service.domain.audit_service import AuditService
from otp_service.web.console.times import Times

_USER_ID = re.compile(r"[a-z2-7]{24}(-[1-9][0-9]*)?")
_WAMID_START = "wamid."
# Parameter of the address -> field of EventSearch.
_SEARCHED = {
    "user": "user_id",
    "event": "event",
    "outcome": "outcome",
    "client": "client",
    "ip": "ip",
    "login": "request_id",
    "since": "since",
    "until": "until",
}
# Beside them: the pseudonym of a message, and whose it probably is.
_MESSAGE, _MESSAGE_OF = "message", "message_of"


@dataclass(frozen=True, slots=True)
class FilterFields:
    """What the form holds; `whom` is a number or a userId, `which` a login or a message."""

    whom: str = ""
    which: str = ""
    event: str = ""
    outcome: str = ""
    client: str = ""
    ip: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def submitted(cls, form: Mapping[str, str]) -> "FilterFields":
        return cls(**{name: form.get(name, "").strip() for name in cls.__slots__})

    @classmethod
    def of_address(cls, address: Mapping[str, str], times: Times) -> "FilterFields":
        same = {name: address.get(name, "") for name in ("event", "outcome", "client", "ip")}
        return cls(
            whom=address.get("user", ""),
            which=address.get("login", ""),
            since=times.shown_in_field(address.get("since")),
            until=times.shown_in_field(address.get("until")),
            **same,
        )

    def search(self, times: Times) -> EventSearch:
        """Raise InvalidRequestError."""
        is_user = bool(_USER_ID.fullmatch(self.whom))
        is_message = self.which.startswith(_WAMID_START)
        return EventSearch(
            phone=None if is_user else self.whom or None,
            user_id=self.whom if is_user else None,
            event=self.event or None,
            outcome=self.outcome or None,
            client=self.client or None,
            ip=self.ip or None,
            request_id=None if is_message else self.which or None,
            wamid=self.which if is_message else None,
            since=times.entered(self.since),
            until=times.entered(self.until),
        )


def address_of(found: EventFilter, search: EventSearch) -> dict[str, str]:
    """The parameters that lead to these events; `found` is what the audit made of `search`."""
    texts = {name: getattr(search, field) for name, field in _SEARCHED.items()}
    texts |= {
        "user": found.phone_id,
        _MESSAGE: found.message_id,
        _MESSAGE_OF: found.likely_phone_id,
    }
    return {name: text for name, text in texts.items() if text}


def filter_at(address: Mapping[str, str], audit: AuditService) -> EventFilter:
    """What an address of ours asks for. Raise InvalidRequestError for one of others' making."""
    told = {field: address[name] for name, field in _SEARCHED.items() if address.get(name)}
    return replace(
        audit.filter_of(EventSearch(**told)),
        message_id=read_phone_id(address.get(_MESSAGE)),
        likely_phone_id=read_phone_id(address.get(_MESSAGE_OF)),
    )


def parameters_of(address: Mapping[str, str]) -> dict[str, str]:
    """The filter's own parameters among those of an address."""
    known = {*_SEARCHED, _MESSAGE, _MESSAGE_OF}
    return {name: text for name, text in address.items() if name in known and text}
