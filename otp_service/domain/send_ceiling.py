"""How much of the whole service's ceiling for messages is used: its money is spent by messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CeilingUse:
    """`used` of `limit` messages in the last `window_s` seconds."""

    limit: int
    window_s: int
    used: int


class SendCeiling(Protocol):
    def uses(self) -> Sequence[CeilingUse]:
        """One for each ceiling, the shortest window first. Raise StoreUnavailableError."""
        ...
