"""Accumulators for the order of events: steps done one after another, and what came after a beginning.

Events of one instant have no order among each other (semantics.md 14, 16). So both keep what that instant has brought,
and look again with each of its events: a later step whose event came first by message id is still done.
"""

# ruff: noqa: D102 - what the methods mean is told once, by the interface in accumulators.py

from bisect import bisect_left, bisect_right

import msgspec

from waypost.engine.accumulators import NEVER, PATIENCE, Accumulator
from waypost.engine.properties import Scalar
from waypost.engine.windows import drop_expired, expired
from waypost.model.time import Duration, Instant

AIM = 1
START = 2
"""Items of `After`: bits that say which of the two selections took the event."""


class Steps(Accumulator, tag=40):
    """How many steps are done in order; the item is a bit for each step whose selection takes the event.

    `shares[k]` has a bit for every earlier step that shares an event name with step k. `done` are the instants of the
    steps done; `present` are the bits that the instant `at` has brought so far.
    """

    shares: list[int] = msgspec.field(default_factory=list)
    done: list[Instant] = msgspec.field(default_factory=list)
    at: Instant | None = None
    present: int = 0

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        if not isinstance(item[1], int):
            return
        if at != self.at:
            self.at, self.present = at, 0
        self.present |= item[1]
        done = self.done
        while len(done) < len(self.shares) and self.present >> len(done) & 1:
            shared = self.shares[len(done)]
            if any(shared >> earlier & 1 and instant == at for earlier, instant in enumerate(done)):
                return
            done.append(at)

    def measure(self, at: Instant, span: Duration) -> int | None:
        return len(self.done)


class RollingSteps(Accumulator, tag=41):
    """The same with the events of the window alone. `instants[k]` are those of step k."""

    shares: list[int] = msgspec.field(default_factory=list)
    instants: list[list[Instant]] = msgspec.field(default_factory=list)

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        if not isinstance(item[1], int):
            return
        for step, instants in enumerate(self.instants):
            if item[1] >> step & 1 and not (instants and instants[-1] == at):
                instants.append(at)
            drop_expired(instants, at, span)

    def measure(self, at: Instant, span: Duration) -> int | None:
        return len(self._done(at, span))

    def _done(self, at: Instant, span: Duration) -> list[Instant]:
        done: list[Instant] = []
        for step, instants in enumerate(self.instants):
            place = bisect_left(instants, done[-1]) if done else expired(instants, at, span)
            for earlier, instant in enumerate(done):
                if self.shares[step] >> earlier & 1:
                    place = max(place, bisect_right(instants, instant))
            if place == len(instants):
                break
            done.append(instants[place])
        return done

    def changes(self, at: Instant, span: Duration) -> Instant:
        # Step 1 takes the oldest event it can: nothing older matters, so nothing changes before that one leaves.
        first = self.instants[0]
        gone = expired(first, at, span)
        return first[gone] + span if gone < len(first) else NEVER

    def below(self, at: Instant, span: Duration, low: int) -> Instant:
        for _ in range(PATIENCE):
            at = self.changes(at, span)
            if at == NEVER or (self.measure(at, span) or 0) < low:
                break
        return at if low > 0 else NEVER


class After(Accumulator, tag=42):
    """The interval from the first event of a start to the first of an aim that is not before it."""

    start: Instant | None = None
    aim: Instant | None = None

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        if not isinstance(item[1], int):
            return
        if item[1] & START and self.start is None:
            self.start = at
            if self.aim != at:
                self.aim = None
        if item[1] & AIM and (self.start is None or self.aim is None):
            self.aim = at

    def measure(self, at: Instant, span: Duration) -> int | None:
        return self.aim - self.start if self.start is not None and self.aim is not None else None


class RollingAfter(Accumulator, tag=43):
    """The same for aims in the window. Before the start only the latest aim is kept: it may share its instant."""

    start: Instant | None = None
    aims: list[Instant] = msgspec.field(default_factory=list)

    def take(self, at: Instant, item: Scalar, span: Duration) -> None:
        if not isinstance(item[1], int):
            return
        aims = self.aims
        if item[1] & START and self.start is None:
            self.start = at
            if aims and aims[-1] != at:
                aims.clear()
        if item[1] & AIM and not (aims and aims[-1] == at):
            if self.start is None:
                aims.clear()
            aims.append(at)
        drop_expired(aims, at, span)

    def measure(self, at: Instant, span: Duration) -> int | None:
        gone = expired(self.aims, at, span)
        return self.aims[gone] - self.start if self.start is not None and gone < len(self.aims) else None

    def changes(self, at: Instant, span: Duration) -> Instant:
        gone = expired(self.aims, at, span)
        return self.aims[gone] + span if gone < len(self.aims) else NEVER
