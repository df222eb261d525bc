"""When people must be looked at with no event: the wake-ups of the near future, in memory.

Every wake-up is kept with its profile in the store. Those up to the horizon are held here too; moving the horizon
brings in the next ones. An entry may be out of date, since nothing is ever taken out: whoever takes it looks again.
"""

import heapq
from collections.abc import Iterable

from waypost.model.time import MINUTE, Instant

REACH = 2 * MINUTE
"""How far ahead the horizon lies."""


class Timers:
    """Wake-ups by instant: number of the person's id, and when."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int]] = []
        self.horizon: Instant = -(2**62)

    def set(self, number: int, at: Instant | None) -> None:
        """Have somebody looked at."""
        if at is not None and at <= self.horizon:
            heapq.heappush(self._heap, (at, number))

    def extend(self, horizon: Instant, entries: Iterable[tuple[Instant, int]]) -> None:
        """Move the horizon; `entries` are the wake-ups between the old and the new one."""
        self.horizon = horizon
        for entry in entries:
            heapq.heappush(self._heap, entry)

    def take(self, now: Instant, limit: int) -> list[tuple[Instant, int]]:
        """The wake-ups that are due, the earliest first, at most so many."""
        taken: list[tuple[Instant, int]] = []
        while self._heap and self._heap[0][0] <= now and len(taken) < limit:
            taken.append(heapq.heappop(self._heap))
        return taken

    def next(self) -> Instant | None:
        """When the next wake-up is due, as far as is known here."""
        return self._heap[0][0] if self._heap else None
