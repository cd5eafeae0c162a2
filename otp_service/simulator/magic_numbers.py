"""Recipients that make a send go wrong in a known way. Every other number succeeds.

All are fictional (555-0100 to 555-0199) and valid for `phonenumbers`. The area code says which
family: look for the error code, read the number beside it. Errors of endpoints other than
`/messages` (80008, 80012, 131055, 131063, 133008, 133009, 133016, 134100-134102) have none.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Answer(Enum):
    """How the HTTP exchange ends."""

    NORMAL = "normal"
    DROPPED_UNACCEPTED = "connection dropped, message not taken"
    DROPPED_ACCEPTED = "connection dropped, message taken"
    BAD_GATEWAY = "502 with an HTML page, message not taken"
    UNREADABLE = "200 with a body that is not JSON, message taken"


@dataclass(frozen=True)
class Behaviour:
    """What a recipient does to a send.

    `refusal`: error code of the answer; `refusals`: how many times in a row before one send
    succeeds and the count begins again (None: always).
    `failure`: error code with which an accepted message fails later.
    `delay_s`: seconds between accepting and answering.
    """

    refusal: int | None = None
    refusals: int | None = None
    failure: int | None = None
    delay_s: float = 0.0
    answer: Answer = Answer.NORMAL


ALWAYS_SUCCEEDS: Final = "+12395550100"

#: Code in the answer to the send. Meta, "Cloud API error codes", in that page's groups.
REFUSED: Final[dict[int, str]] = {
    # 305: authorization and integrity
    0: "+13055550100",
    3: "+13055550101",
    10: "+13055550102",
    33: "+13055550103",
    104: "+13055550104",
    190: "+13055550105",
    200: "+13055550106",
    368: "+13055550107",
    130497: "+13055550108",
    131005: "+13055550109",
    131031: "+13055550110",
    131037: "+13055550111",
    131042: "+13055550112",
    131045: "+13055550113",
    133010: "+13055550114",
    134011: "+13055550115",
    # 407: throttling
    4: "+14075550100",
    17: "+14075550101",
    341: "+14075550102",
    613: "+14075550103",
    80007: "+14075550104",
    130429: "+14075550105",
    131048: "+14075550106",
    131049: "+14075550107",
    131056: "+14075550108",
    131064: "+14075550109",
    # 561: Meta's own trouble
    1: "+15615550100",
    2: "+15615550101",
    131000: "+15615550102",
    131016: "+15615550103",
    131057: "+15615550104",
    133004: "+15615550105",
    # 727: request and recipient
    100: "+17275550100",
    130403: "+17275550101",
    130472: "+17275550102",
    131008: "+17275550103",
    131009: "+17275550104",
    131021: "+17275550105",
    131026: "+17275550106",
    131030: "+17275550107",
    131047: "+17275550108",
    131050: "+17275550109",
    131051: "+17275550110",
    131052: "+17275550111",
    131053: "+17275550112",
    131062: "+17275550113",
    135000: "+17275550114",
    # 813: template
    132000: "+18135550100",
    132001: "+18135550101",
    132005: "+18135550102",
    132007: "+18135550103",
    132008: "+18135550104",
    132012: "+18135550105",
    132015: "+18135550106",
    132016: "+18135550107",
    132018: "+18135550108",
    132068: "+18135550109",
    132069: "+18135550110",
}

#: 904: answered with 200, then the message fails (Meta tells of these by webhook).
FAILS_AFTER_ACCEPTANCE: Final[dict[int, str]] = {
    131026: "+19045550100",
    131000: "+19045550101",
    131016: "+19045550102",
    131042: "+19045550103",
    131048: "+19045550104",
    131049: "+19045550105",
    130472: "+19045550106",
    131050: "+19045550107",
    132015: "+19045550108",
    137000: "+19045550109",
}

#: 239: the network and the clock.
NETWORK: Final[dict[str, Behaviour]] = {
    "+12395550150": Behaviour(delay_s=5.0),
    "+12395550151": Behaviour(delay_s=30.0),
    "+12395550152": Behaviour(answer=Answer.DROPPED_UNACCEPTED),
    "+12395550153": Behaviour(answer=Answer.DROPPED_ACCEPTED),
    "+12395550154": Behaviour(answer=Answer.BAD_GATEWAY),
    "+12395550155": Behaviour(answer=Answer.UNREADABLE),
    "+12395550156": Behaviour(refusal=131016, refusals=1),
    "+12395550157": Behaviour(refusal=130429, refusals=2),
}

MAGIC_NUMBERS: Final[dict[str, Behaviour]] = {
    **{number: Behaviour(refusal=code) for code, number in REFUSED.items()},
    **{number: Behaviour(failure=code) for code, number in FAILS_AFTER_ACCEPTANCE.items()},
    **NETWORK,
}

_ORDINARY: Final = Behaviour()


def behaviour_of(recipient: str) -> Behaviour:
    """What this recipient (E.164) does to a send."""
    return MAGIC_NUMBERS.get(recipient, _ORDINARY)
