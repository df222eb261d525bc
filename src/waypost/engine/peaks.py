"""Accumulators for `peak`: the most that a rolling window ever held at an event.

Between events a window only empties, so it is fullest right after an event that it takes (semantics.md 15). The peak
itself never falls, and changes with events alone.
"""

# ruff: noqa: D102 - what the methods mean is told once, by the interface in accumulators.py

import msgspec

from waypost.engine.accumulators import Accumulator
from waypost.engine.properties import Scalar
from waypost.engine.windows import Rolling, RollingDistinct
from waypost.model.time import Duration, Instant


class PeakCount(Accumulator, tag=60):
    """The most events that a window held."""

    best: int = 0
    window: Rolling = msgspec.field(default_factory=Rolling)

    def mark(self, at: Instant, span: Duration) -> None:
        self.window.mark(at, span)
        self.best = max(self.best, self.window.measure(at, span) or 0)

    def measure(self, at: Instant, span: Duration) -> int | None:
        return self.best


class PeakDistinct(Accumulator, tag=61):
    """The most different items (days) that a window held."""

    best: int = 0
    window: RollingDistinct = msgspec.field(default_factory=RollingDistinct)

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        self.window.take(at, item, span)
        self.best = max(self.best, self.window.measure(at, span) or 0)

    def measure(self, at: Instant, span: Duration) -> int | None:
        return self.best
