"""How Meta writes people's numbers, which for two countries is not how they are dialled.

Source: "Messages", Cloud API: `wa_id` may differ from the number that a message was sent to.
"""

from __future__ import annotations

import re

_MEXICO = re.compile(r"521([0-9]{10})")
_BRAZIL = re.compile(r"55([0-9]{2})([6-9][0-9]{7})")


def dialled_numbers(wa_id: str) -> list[str]:
    """The numbers in E.164 that may be meant by `wa_id` (digits without `+`)."""
    numbers = [f"+{wa_id}"]
    if mexican := _MEXICO.fullmatch(wa_id):
        # A mobile's 1 behind the country code is no longer dialled since 2019.
        numbers.append(f"+52{mexican[1]}")
    if brazilian := _BRAZIL.fullmatch(wa_id):
        # A mobile's 9 behind the area code came in 2012 and later.
        numbers.append(f"+55{brazilian[1]}9{brazilian[2]}")
    return numbers
