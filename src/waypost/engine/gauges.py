"""Reading signals off a profile: their value as of an instant, and when that leaves a band of values by time alone.

A gauge places the present value on a line of keys. A comparison with a literal cuts that line in at most two places, so
that all comparisons of one signal are looked up by one bisection, and the next instant at which one of them can change
is the instant at which the key leaves the band between two cuts. Both become closures when a program is compiled.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from waypost.engine.accumulators import NEVER, PATIENCE
from waypost.engine.profiles import Profile
from waypost.engine.properties import INTERVAL, Scalar
from waypost.model.time import Duration, Instant
from waypost.model.values import Value

Key: TypeAlias = int | str
"""A place on a gauge's line: mostly the value itself, in the unit in which it is kept."""

Flip: TypeAlias = Callable[[Profile, Instant], Instant]
"""The first instant after the one given at which something may change without an event; early, never late."""

Bits: TypeAlias = Callable[[Profile, Instant], int]
"""The bits of a profile that something sets."""


class Gauge(Protocol):
    """One operand that is read off a profile."""

    @property
    def slots(self) -> tuple[int, ...]:
        """The accumulators it reads."""

    @property
    def timed(self) -> bool:
        """Whether it can change by time alone."""

    @property
    def restless(self) -> bool:
        """Whether an event can bring its next change nearer without changing anything at once."""

    @property
    def rank(self) -> int | None:
        """The rank of its values; None where they may be of any type."""

    def scalar(self, profile: Profile, at: Instant) -> Scalar | None:
        """The value as of `at`."""

    def key(self, profile: Profile, at: Instant) -> Key | None:
        """The place of the value on the line; None is NULL."""

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """The least key that is not less than a literal, and the least that is greater."""

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """The first instant after `at` at which the value may change by time alone."""

    def banding(self, cuts: Sequence[Key], table: Sequence[int], null: int) -> Bits:
        """What gives the bits of the band that the key lies in, or those of NULL."""

    def leaving(self, cuts: Sequence[Key]) -> Flip | None:
        """What says when the key leaves its band; None where time alone never moves it."""


def band(cuts: Sequence[Key], key: Key | None) -> int:
    """Which band a key is in, counted from 0; −1 for NULL."""
    return -1 if key is None else bisect_right(cuts, key)


def banding(gauge: Gauge, cuts: Sequence[Key], table: Sequence[int], null: int) -> Bits:
    """The bits of the band that the key of any gauge lies in."""
    key_of = gauge.key

    def bits(profile: Profile, at: Instant) -> int:
        key = key_of(profile, at)
        return null if key is None else table[bisect_right(cuts, key)]

    return bits


def search(gauge: Gauge, cuts: Sequence[Key]) -> Flip:
    """Look at one change of the value after the other; an early one where the right one lies many changes ahead."""

    def leaving(profile: Profile, at: Instant) -> Instant:
        here = band(cuts, gauge.key(profile, at))
        for _ in range(PATIENCE):
            at = gauge.changes(profile, at)
            if at == NEVER or band(cuts, gauge.key(profile, at)) != here:
                break
        return at

    return leaving


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of one accumulator: `scale` is what one of its units is worth; `falling` never rises by itself."""

    slot: int
    span: Duration
    scale: int
    rank: int
    timed: bool = False
    falling: bool = False

    @property
    def slots(self) -> tuple[int, ...]:
        """The accumulator it reads."""
        return (self.slot,)

    @property
    def restless(self) -> bool:
        """A rising count only puts off its fall; a sum, or the first event in a window, may go either way."""
        return self.timed and not self.falling

    def scalar(self, profile: Profile, at: Instant) -> Scalar | None:
        """The measure, in millionths or microseconds."""
        measure = profile.slots[self.slot].measure(at, self.span)
        return None if measure is None else (self.rank, measure * self.scale)

    def key(self, profile: Profile, at: Instant) -> Key | None:
        """The measure itself."""
        return profile.slots[self.slot].measure(at, self.span)

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """In units: `>= 2.5` of a count is `>= 3`."""
        place = int(literal)
        return -(-place // self.scale), place // self.scale + 1

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """When the next event leaves the window."""
        return profile.slots[self.slot].changes(at, self.span) if self.timed else NEVER

    def banding(self, cuts: Sequence[Key], table: Sequence[int], null: int) -> Bits:
        """The most frequent of all closures: without a detour, and for a single cut without a search."""
        place, span = self.slot, self.span
        if self.falling and len(cuts) == 1:
            cut, (low, high) = int(cuts[0]), table

            def one(profile: Profile, at: Instant) -> int:
                return high if (profile.slots[place].measure(at, span) or 0) >= cut else low

            return one

        def bits(profile: Profile, at: Instant) -> int:
            key = profile.slots[place].measure(at, span)
            return null if key is None else table[bisect_right(cuts, key)]

        return bits

    def leaving(self, cuts: Sequence[Key]) -> Flip | None:
        """When so many have left that the measure falls below its band."""
        if not self.timed:
            return None
        if not self.falling:
            return search(self, cuts)
        place, span = self.slot, self.span
        lows = [int(cut) for cut in cuts]

        def leaving(profile: Profile, at: Instant) -> Instant:
            slot = profile.slots[place]
            above = bisect_right(lows, slot.measure(at, span) or 0)
            return slot.below(at, span, lows[above - 1]) if above else NEVER

        return leaving

    def falls(self, profile: Profile, at: Instant, low: int) -> Instant:
        """When a falling measure, which is at least `low`, is less than it."""
        return profile.slots[self.slot].below(at, self.span, low) if self.timed else NEVER


@dataclass(frozen=True, slots=True)
class FromSignup:
    """`time_to` from signup: the measure is an instant, and shown is how long after signup that was."""

    measured: Measured
    rank: int = INTERVAL

    @property
    def slots(self) -> tuple[int, ...]:
        """The accumulator it reads."""
        return self.measured.slots

    @property
    def timed(self) -> bool:
        """Where the window rolls."""
        return self.measured.timed

    @property
    def restless(self) -> bool:
        """Where the window rolls."""
        return self.measured.timed

    def scalar(self, profile: Profile, at: Instant) -> Scalar | None:
        """The interval from signup."""
        instant = profile.slots[self.measured.slot].measure(at, self.measured.span)
        return None if instant is None or profile.signup is None else (INTERVAL, instant - profile.signup)

    def key(self, profile: Profile, at: Instant) -> Key | None:
        """The interval in microseconds."""
        value = self.scalar(profile, at)
        return None if value is None else int(value[1])

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """To the microsecond."""
        return int(literal), int(literal) + 1

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """When the first event in the window leaves it."""
        return self.measured.changes(profile, at)

    def banding(self, cuts: Sequence[Key], table: Sequence[int], null: int) -> Bits:
        """The bits of the interval's band."""
        return banding(self, cuts, table, null)

    def leaving(self, cuts: Sequence[Key]) -> Flip | None:
        """When a later first event makes it long enough, or there is none left."""
        return search(self, cuts) if self.timed else None


@dataclass(frozen=True, slots=True)
class Held:
    """A value that an event carried: `latest`, `min`, `max`. With a rank, values of any other are NULL."""

    slot: int
    span: Duration
    rank: int | None
    timed: bool = False

    @property
    def slots(self) -> tuple[int, ...]:
        """The accumulator it reads."""
        return (self.slot,)

    @property
    def restless(self) -> bool:
        """Where the window rolls."""
        return self.timed

    def scalar(self, profile: Profile, at: Instant) -> Scalar | None:
        """The value with its rank."""
        value = profile.slots[self.slot].scalar(at, self.span)
        return None if value is None or (self.rank is not None and value[0] != self.rank) else value

    def key(self, profile: Profile, at: Instant) -> Key | None:
        """The value itself."""
        value = self.scalar(profile, at)
        return None if value is None else value[1]

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """Between a text and that text with a NUL behind there is no other text."""
        return (literal, literal + "\0") if isinstance(literal, str) else (int(literal), int(literal) + 1)

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """When the event that carried it leaves the window."""
        return profile.slots[self.slot].changes(at, self.span) if self.timed else NEVER

    def banding(self, cuts: Sequence[Key], table: Sequence[int], null: int) -> Bits:
        """The bits of the value's band."""
        return banding(self, cuts, table, null)

    def leaving(self, cuts: Sequence[Key]) -> Flip | None:
        """When another value takes its place that is in another band."""
        return search(self, cuts) if self.timed else None
