"""What a caller says of a template beside its components: name, language, category, lifetime.

Meta, "Message templates API" and "Authentication templates".
"""

import re
from collections.abc import Sequence

from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError
from otp_service.simulator.parameters import one_of
from otp_service.simulator.template_errors import field_too_long
from otp_service.simulator.template_languages import LANGUAGES

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_NAME = 512
_CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
_SHORTEST_TTL_S, _LONGEST_TTL_S, _30_DAYS = 30, 900, -1


def read_name(call: GraphCall) -> str:
    """Raises `GraphError` 100, with subcode 2388040 for a name that is too long."""
    name = call.required_text("name")
    if len(name) > _LONGEST_NAME:
        raise field_too_long("name", _LONGEST_NAME)
    if not _NAME.fullmatch(name):
        raise GraphError.parameter(
            "Param name must be lowercase letters, digits and underscores, a letter first."
        )
    return name


def check_languages(languages: Sequence[str], path: str) -> None:
    for language in languages:
        if language not in LANGUAGES:
            raise GraphError.parameter(
                f'Param {path} must be one of Meta\'s template languages - got "{language}"'
            )


def check_category(call: GraphCall) -> None:
    """The simulator knows the texts of no other category."""
    category = one_of(call.required_text("category"), _CATEGORIES, "category")
    if category != "authentication":
        raise GraphError.parameter(
            "Param category must be AUTHENTICATION.",
            details=f"no other category is simulated {OWN_STRICTNESS}",
        )


def read_send_ttl(call: GraphCall) -> int | None:
    """Seconds, -1 for 30 days, None when absent."""
    ttl_s = call.parameters.get("message_send_ttl_seconds")
    if ttl_s is None:
        return None
    if type(ttl_s) is int and (ttl_s == _30_DAYS or _SHORTEST_TTL_S <= ttl_s <= _LONGEST_TTL_S):
        return ttl_s
    raise GraphError.parameter(
        f"Param message_send_ttl_seconds must be {_30_DAYS} or from {_SHORTEST_TTL_S} to "
        f"{_LONGEST_TTL_S}."
    )
