"""What a signal keeps of the events it selected: the interface that all kinds share.

An accumulator is a small mutable value. It knows no definitions: the program hands in each event's instant (and item,
for kinds that look at one) in log order, and `span`, the length of its rolling window, 0 where it has none. Reading at
an instant not before the latest event never changes it; what has left the window is dropped only when an event comes.

The kinds: `tallies` (everything so far), `windows` (rolling), `sequences` (order of events), `peaks`.
"""

from typing import Final

import msgspec

from waypost.engine.properties import NUMBER, Scalar
from waypost.model.time import Duration, Instant

NEVER: Final[Instant] = 2**63 - 1
"""Later than every instant."""

PATIENCE: Final = 16
"""How many changes ahead a search for the one that matters looks; beyond, it says "perhaps here", which is early."""


class Accumulator(msgspec.Struct, array_like=True, gc=False):
    """One kind of memory. A kind answers what it is asked by the signals built on it, and nothing else."""

    def mark(self, at: Instant, span: Duration) -> None:
        """Take one event of which only the instant matters."""
        raise TypeError(f"{type(self).__name__} needs an item with each event: call take")

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        """Take one event with the item that was read from it."""
        self.mark(at, span)

    def measure(self, at: Instant, span: Duration) -> int | None:
        """The count, sum, instant or interval as of `at`, in the kind's own unit; of a value, the number it is."""
        value = self.scalar(at, span)
        return int(value[1]) if value is not None and value[0] == NUMBER else None

    def scalar(self, at: Instant, span: Duration) -> Scalar | None:
        """The value as of `at`, for kinds that keep values of any type."""
        raise TypeError(f"{type(self).__name__} keeps no values: call measure")

    def changes(self, at: Instant, span: Duration) -> Instant:
        """The first instant after `at` at which it may say something else without another event."""
        return NEVER

    def below(self, at: Instant, span: Duration, low: int) -> Instant:
        """The first instant after `at` at which the measure is less than `low` without another event, or earlier.

        Asked only of kinds whose measure never rises by itself, and while it is at least `low`.
        """
        return self.changes(at, span)
