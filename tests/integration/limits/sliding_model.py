"""The sliding window counter of `limits`, as its Lua script reads it, in a few lines."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class SlidingModel:
    """`left_ms` is what is left of the current window: its key lives for a window more."""

    limit: int
    window_ms: int
    previous: int
    left_ms: int
    current: int

    def has_place(self) -> bool:
        weighted = self.previous * self.left_ms // self.window_ms
        return weighted + self.current + 1 <= self.limit

    def later(self, ms: int) -> "SlidingModel":
        left_ms = self.left_ms - ms
        if left_ms >= 0:
            return replace(self, left_ms=left_ms)
        # The current window became the previous one, and a new one began.
        moved = replace(self, previous=self.current, current=0, left_ms=left_ms + self.window_ms)
        return moved if moved.left_ms >= 0 else replace(moved, previous=0, left_ms=0)
