"""Meta's message ids, as far as they can be read: Meta documents nothing of their inside."""

import base64
import binascii
import re

_PREFIX = "wamid."
# The recipient's digits stand in the record with their length in the byte before them.
_DIGITS = re.compile(rb"[0-9]{5,}")
_LONGEST = 15


def recipient_of(wamid: str) -> str | None:
    """The digits of the number the message went to (or came from); None where it cannot be read.

    A guess at an undocumented format: only good as a hint where to look.
    """
    if not wamid.startswith(_PREFIX):
        return None
    try:
        record = base64.b64decode(wamid.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    for run in _DIGITS.finditer(record):
        length = record[run.start() - 1] if run.start() else 0
        if 5 <= length <= min(_LONGEST, len(run[0])):
            return run[0][:length].decode("ascii")
    return None
