"""When people must be looked at with no event: the register has everyone's next wake-up, this the near ones in order.

Moving the horizon brings in the next ones. What lies in the heap may be out of date, since nothing is ever taken out of
its middle; the register decides.
"""

import heapq

from waypost.model.time import MINUTE, Instant
from waypost.runtime.stores.register import NEVER, Register

REACH = 2 * MINUTE
"""How far ahead the horizon lies."""


class Timers:
    """Wake-ups by instant, for the numbers of ids."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._heap: list[tuple[Instant, int]] = []
        self._taken: list[tuple[Instant, int]] = []
        self._horizon: Instant = -NEVER

    def set(self, number: int, at: Instant | None) -> None:
        """Have somebody looked at then, in the place of what was set before; None for never."""
        self._register.wake(number, at)
        if at is not None and at <= self._horizon:
            heapq.heappush(self._heap, (at, number))

    def extend(self, now: Instant) -> None:
        """Bring in the wake-ups of the near future."""
        if now + REACH // 2 > self._horizon:
            for entry in self._register.due(self._horizon, now + REACH):
                heapq.heappush(self._heap, entry)
            self._horizon = now + REACH

    def everyone(self, now: Instant) -> None:
        """Have everyone looked at."""
        self._register.wake_everyone(now)
        self._heap.clear()
        self._horizon = -NEVER
        self.extend(now)

    def take(self, now: Instant, limit: int) -> list[int]:
        """The ids that are due, the earliest first, at most so many."""
        wakes = self._register.wakes
        due: dict[int, None] = {}
        while self._heap and self._heap[0][0] <= now and len(due) < limit:
            at, number = heapq.heappop(self._heap)
            if wakes[number] == at:
                self._taken.append((at, number))
                due[number] = None
        return list(due)

    def settle(self) -> None:
        """The transaction was kept."""
        self._taken.clear()

    def undo(self) -> None:
        """The transaction was not kept: what was taken is due again."""
        for at, number in self._taken:
            heapq.heappush(self._heap, (at, number))
            self._register.wake(number, at)
        self._taken.clear()

    def next(self) -> Instant | None:
        """When the next wake-up is due, as far as is known here."""
        return self._heap[0][0] if self._heap else None
