"""What a management endpoint is made of: a function and the parameters it knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from otp_service.simulator.graph_call import GraphCall

SUCCESS: Mapping[str, Any] = {"success": True}


class Token(Enum):
    """Whose token an endpoint takes."""

    SYSTEM_USER = "system user"
    APP = "app"
    NONE = "none"


@dataclass(frozen=True)
class Endpoint:
    """`answer` gives the JSON object of a 200. `counted`: against the management call limit."""

    answer: Callable[[GraphCall], Mapping[str, Any]]
    parameters: tuple[str, ...] = ()
    counted: bool = False
    token: Token = Token.SYSTEM_USER


#: Path without version, e.g. `/106540352242922/register`, to method to endpoint.
Endpoints: TypeAlias = dict[str, dict[str, Endpoint]]
