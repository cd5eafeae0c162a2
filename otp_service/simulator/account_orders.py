"""Orders of `POST /control` that change the account, so that a test can see it go wrong.

`number`: members of `NumberState` by name, e.g. `{"quality_rating": "RED", "status": "FLAGGED",
"whatsapp_business_manager_messaging_limit": "TIER_250", "throughput": "HIGH"}`.
`account`: members of `AccountFacts`, e.g. `{"account_review_status": "RESTRICTED"}`.
`token`: members of `TokenFacts`, e.g. `{"scopes": [], "expires_at": 1760000000}`.
`health`: `can_send_message` by entity type, e.g. `{"WABA": "BLOCKED"}`.
`account_alert`: the `alert_type` of a webhook, e.g. `INCREASED_CAPABILITIES_ELIGIBILITY_FAILED`.
`management_limit`: calls an hour. `unknown_fields`: node fields this API version does not know.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from otp_service.simulator.account import AccountState
from otp_service.simulator.account_facts import AccountFacts, NumberState, TokenFacts

Order = Callable[[], None]

_SEND_STATES = ("AVAILABLE", "LIMITED", "BLOCKED")


def account_orders(account: AccountState) -> dict[str, Callable[[Any], Order]]:
    """A reader for each member. It raises `ValueError` with a sentence and changes nothing."""
    return {
        "number": lambda v: _members("number", v, NumberState, account.change_number),
        "account": lambda v: _members("account", v, AccountFacts, account.change_facts),
        "token": lambda v: _members("token", v, TokenFacts, account.change_token),
        "health": lambda value: _health(value, account),
        "account_alert": lambda value: _alert(value, account),
        "management_limit": lambda value: _management_limit(value, account),
        "unknown_fields": lambda value: _unknown_fields(value, account),
    }


def _members(order: str, value: object, state: type, change: Callable[..., None]) -> Order:
    """Any string is taken for a string: callers must bear values that Meta has yet to invent."""
    defaults = {field.name: field.default for field in fields(state)}
    if not isinstance(value, dict) or not value or set(value) - set(defaults):
        raise ValueError(f"{order} must be an object of {', '.join(defaults)}")
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in value.items()}
    for name, member in given.items():
        expected = type(defaults[name]) if isinstance(defaults[name], bool | int | tuple) else str
        if type(member) is not expected and not (member is None and defaults[name] is None):
            raise ValueError(f"{order}.{name} must be of type {expected.__name__}")
    return lambda: change(**given)


def _health(value: object, account: AccountState) -> Order:
    if not isinstance(value, dict) or not set(value) <= set(account.health):
        raise ValueError(f"health must be an object of {', '.join(account.health)}")
    if not all(state in _SEND_STATES for state in value.values()):
        raise ValueError(f"health: each must be one of {', '.join(_SEND_STATES)}")

    def change() -> None:
        for entity_type, can_send_message in value.items():
            account.change_health(entity_type, can_send_message)

    return change


def _alert(value: object, account: AccountState) -> Order:
    if not isinstance(value, str) or not value:
        raise ValueError("account_alert must be an alert type")
    return lambda: account.raise_alert(value)


def _management_limit(value: object, account: AccountState) -> Order:
    if type(value) is not int or value < 0:
        raise ValueError("management_limit must be a whole number, 0 or more")
    return lambda: account.management_limit.set_limit(value)


def _unknown_fields(value: object, account: AccountState) -> Order:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("unknown_fields must be a list of field names")

    def change() -> None:
        account.unknown_fields = frozenset(value)

    return change
