"""Accumulators over a rolling window (t − span, t]: an event at e leaves it at exactly e + span.

Instants are kept in order, so that what is in the window at any later instant is found by bisection and the next one to
leave is at hand. Nothing is put into buckets.
"""

# ruff: noqa: D102 - what the methods mean is told once, by the interface in accumulators.py

from bisect import bisect_right
from itertools import islice

import msgspec

from waypost.engine.accumulators import NEVER, Accumulator
from waypost.engine.properties import Scalar, less
from waypost.engine.tallies import Total
from waypost.model.time import Duration, Instant


def expired(instants: list[Instant], at: Instant, span: Duration) -> int:
    """How many of the ordered instants have left the window as of `at`."""
    old = at - span
    return bisect_right(instants, old) if instants and instants[0] <= old else 0


def drop_expired(instants: list[Instant], at: Instant, span: Duration) -> int:
    """Drop the instants that have left the window, if there are enough of them, and say how many were dropped.

    A long list is not moved for each one that leaves it, so that dropping costs little however many there are.
    """
    gone = expired(instants, at, span)
    if gone * 8 < len(instants):
        return 0
    del instants[:gone]
    return gone


class Rolling(Accumulator, tag=20):
    """How many in the window."""

    instants: list[Instant] = msgspec.field(default_factory=list)

    def mark(self, at: Instant, span: Duration) -> None:
        instants = self.instants
        instants.append(at)
        if instants[0] <= at - span:
            drop_expired(instants, at, span)

    def measure(self, at: Instant, span: Duration) -> int | None:
        instants = self.instants
        if instants and instants[0] <= at - span:
            return len(instants) - bisect_right(instants, at - span)
        return len(instants)

    def changes(self, at: Instant, span: Duration) -> Instant:
        gone = expired(self.instants, at, span)
        return self.instants[gone] + span if gone < len(self.instants) else NEVER

    def below(self, at: Instant, span: Duration, low: int) -> Instant:
        return self.instants[-low] + span if low > 0 else NEVER


class RollingFirst(Rolling, tag=21):
    """When first in the window."""

    def measure(self, at: Instant, span: Duration) -> int | None:
        gone = expired(self.instants, at, span)
        return self.instants[gone] if gone < len(self.instants) else None


class RollingLast(Accumulator, tag=22):
    """When last, while that is in the window."""

    at: Instant | None = None

    def mark(self, at: Instant, span: Duration) -> None:
        self.at = at

    def measure(self, at: Instant, span: Duration) -> int | None:
        return self.at if self.at is not None and self.at > at - span else None

    def changes(self, at: Instant, span: Duration) -> Instant:
        return self.at + span if self.at is not None and self.at > at - span else NEVER


class RollingDistinct(Accumulator, tag=23):
    """How many different items (or days) in the window. `latest` has each item's latest instant, in their order."""

    latest: dict[Scalar, Instant] = msgspec.field(default_factory=dict)

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        latest = self.latest
        known = latest.pop(item, None)
        latest[item] = at
        if known is not None:
            return
        old = at - span
        while (oldest := next(iter(latest.items())))[1] <= old:
            del latest[oldest[0]]

    def measure(self, at: Instant, span: Duration) -> int | None:
        latest, old = self.latest, at - span
        count = len(latest)
        for instant in latest.values():
            if instant > old:
                break
            count -= 1
        return count

    def changes(self, at: Instant, span: Duration) -> Instant:
        old = at - span
        return next((instant + span for instant in self.latest.values() if instant > old), NEVER)

    def below(self, at: Instant, span: Duration, low: int) -> Instant:
        return next(islice(reversed(self.latest.values()), low - 1, None)) + span if low > 0 else NEVER


class RollingTotal(Rolling, tag=24):
    """The exact sum of the items in the window."""

    total: Total = msgspec.field(default_factory=Total)
    numbers: list[int] = msgspec.field(default_factory=list)

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        if not isinstance(item[1], int):
            return
        self.total.take(at, item, 0)
        self.instants.append(at)
        self.numbers.append(item[1])
        gone = drop_expired(self.instants, at, span)
        for number in self.numbers[:gone]:
            self.total.take(at, (item[0], -number), 0)
        del self.numbers[:gone]

    def measure(self, at: Instant, span: Duration) -> int | None:
        whole = self.total.measure(at, 0) or 0
        gone = expired(self.instants, at, span)
        return whole - sum(self.numbers[:gone]) if gone else whole


class RollingGreatest(Rolling, tag=25):
    """The greatest item in the window. Kept are those that no later one exceeds: the first in the window is it."""

    items: list[Scalar] = msgspec.field(default_factory=list)

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        instants, items = self.instants, self.items
        while items and not self.exceeds(items[-1], item):
            items.pop()
            instants.pop()
        items.append(item)
        instants.append(at)
        del items[: drop_expired(instants, at, span)]

    def exceeds(self, one: Scalar, other: Scalar) -> bool:
        """Whether `one` stays the answer when `other` comes after it."""
        return less(other, one)

    def measure(self, at: Instant, span: Duration) -> int | None:
        # The number, as of any value: not how many are kept.
        return Accumulator.measure(self, at, span)

    def scalar(self, at: Instant, span: Duration) -> Scalar | None:
        gone = expired(self.instants, at, span)
        return self.items[gone] if gone < len(self.items) else None


class RollingLeast(RollingGreatest, tag=26):
    """The least item in the window, kept in the same way."""

    def exceeds(self, one: Scalar, other: Scalar) -> bool:
        return less(one, other)


class RollingLatest(Accumulator, tag=27):
    """The item of the latest event, while that is in the window."""

    at: Instant | None = None
    item: Scalar | None = None

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        self.at, self.item = at, item

    def scalar(self, at: Instant, span: Duration) -> Scalar | None:
        return self.item if self.at is not None and self.at > at - span else None

    def changes(self, at: Instant, span: Duration) -> Instant:
        return self.at + span if self.at is not None and self.at > at - span else NEVER
