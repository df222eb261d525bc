"""Accumulators over everything so far: they change with events alone, never by the passing of time."""

# ruff: noqa: D102 - what the methods mean is told once, by the interface in accumulators.py

from typing import Final

import msgspec

from waypost.engine.accumulators import Accumulator
from waypost.engine.properties import Scalar, less
from waypost.model.time import Duration, Instant

_BITS: Final = 61


class Tally(Accumulator, tag=1):
    """How many."""

    count: int = 0

    def mark(self, at: Instant, span: Duration) -> None:
        self.count += 1

    def measure(self, at: Instant, span: Duration) -> int | None:
        return self.count


class FirstInstant(Accumulator, tag=2):
    """When first."""

    at: Instant | None = None

    def mark(self, at: Instant, span: Duration) -> None:
        if self.at is None:
            self.at = at

    def measure(self, at: Instant, span: Duration) -> int | None:
        return self.at


class LastInstant(Accumulator, tag=3):
    """When last."""

    at: Instant | None = None

    def mark(self, at: Instant, span: Duration) -> None:
        self.at = at

    def measure(self, at: Instant, span: Duration) -> int | None:
        return self.at


class DayTally(Accumulator, tag=4):
    """How many distinct days; the item is the number of the day.

    Where clocks are set back over midnight, a day can come again after the next one began. It never goes back by two,
    so the latest day and whether the one before it was seen are enough to count each once.
    """

    count: int = 0
    top: int = -(2**40)
    before: bool = False

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        day = item[1]
        if day == self.top or not isinstance(day, int):
            return
        if day > self.top:
            self.before = day == self.top + 1
            self.top = day
            self.count += 1
        elif not self.before:
            self.before = True
            self.count += 1

    def measure(self, at: Instant, span: Duration) -> int | None:
        return self.count


class DistinctItems(Accumulator, tag=5):
    """How many different items."""

    items: set[Scalar] = msgspec.field(default_factory=set)

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        self.items.add(item)

    def measure(self, at: Instant, span: Duration) -> int | None:
        return len(self.items)


class Total(Accumulator, tag=6):
    """The exact sum of the items. It may outgrow 64 bits, which the stored form cannot hold: hence two parts."""

    high: int = 0
    low: int = 0

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        if isinstance(item[1], int):
            low = self.low + item[1]
            self.high += low >> _BITS
            self.low = low & ((1 << _BITS) - 1)

    def measure(self, at: Instant, span: Duration) -> int | None:
        return (self.high << _BITS) + self.low


class Greatest(Accumulator, tag=7):
    """The greatest item."""

    item: Scalar | None = None

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        if self.item is None or less(self.item, item):
            self.item = item

    def scalar(self, at: Instant, span: Duration) -> Scalar | None:
        return self.item


class Least(Accumulator, tag=8):
    """The least item."""

    item: Scalar | None = None

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        if self.item is None or less(item, self.item):
            self.item = item

    def scalar(self, at: Instant, span: Duration) -> Scalar | None:
        return self.item


class LatestItem(Accumulator, tag=9):
    """The item of the latest event."""

    item: Scalar | None = None

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        self.item = item

    def scalar(self, at: Instant, span: Duration) -> Scalar | None:
        return self.item
