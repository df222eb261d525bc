"""Gauges of intervals that grow with time: `since`, `age`, `since_trait`.

Such an interval is compared with literals only, so that the instants at which a comparison can change are known in
advance: it reaches a literal at its start plus the literal, and exceeds it one microsecond later.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from waypost.engine.accumulators import NEVER
from waypost.engine.gauges import Bits, Flip, Key
from waypost.engine.profiles import Profile
from waypost.engine.properties import INTERVAL, Scalar
from waypost.model.time import Duration, Instant
from waypost.model.values import Value

Start = Callable[[Profile], Instant | None]
"""From when an interval counts."""


class Clock:
    """One interval that grows. With a span it is NULL once its start has left that window."""

    __slots__ = ("slots", "span", "start")

    timed = True
    restless = False
    rank = INTERVAL

    def __init__(self, start: Start, slots: tuple[int, ...] = (), span: Duration = 0) -> None:
        self.start = start
        self.slots = slots
        self.span = span

    def scalar(self, profile: Profile, at: Instant) -> Scalar | None:
        """The interval."""
        key = self.key(profile, at)
        return None if key is None else (INTERVAL, key)

    def key(self, profile: Profile, at: Instant) -> Key | None:
        """The interval in microseconds."""
        start = self.start(profile)
        return None if start is None or (self.span and start <= at - self.span) else at - start

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """To the microsecond."""
        return int(literal), int(literal) + 1

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """At every instant; no comparison but with literals is allowed, so nobody waits for it."""
        return at + 1 if self.start(profile) is not None else NEVER

    def banding(self, cuts: Sequence[Key], table: Sequence[int], null: int) -> Bits:
        """The bits of the interval's band."""
        start_of, span = self.start, self.span or NEVER

        def bits(profile: Profile, at: Instant) -> int:
            start = start_of(profile)
            if start is None or at - start >= span:
                return null
            return table[bisect_right(cuts, at - start)]

        return bits

    def leaving(self, cuts: Sequence[Key]) -> Flip | None:
        """When it grows into the next band, or its start leaves the window."""
        start_of, span = self.start, self.span or NEVER
        ends = [int(cut) for cut in cuts if int(cut) < span] + [span]

        def leaving(profile: Profile, at: Instant) -> Instant:
            start = start_of(profile)
            if start is None or at - start >= span:
                return NEVER
            end = ends[bisect_right(ends, at - start)]
            return NEVER if end == NEVER else start + end

        return leaving


def since_last(slot: int, span: Duration) -> Clock:
    """`since`: from the latest selected event, which the slot keeps also where it has left the window."""
    return Clock(lambda profile: profile.slots[slot].measure(profile.at, 0), (slot,), span)


def since_signup() -> Clock:
    """`age`."""
    return Clock(lambda profile: profile.signup)


def since_change(place: int) -> Clock:
    """`since_trait.NAME`: `place` is that of the trait among those whose instants are kept."""
    return Clock(lambda profile: profile.trait_since[place])
