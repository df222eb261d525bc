"""Reading signals off a profile: their value as of an instant, and when that leaves a band of values by time alone.

A gauge places the present value on a line of keys. A comparison with a literal cuts that line in at most two places, so
that all comparisons of one signal are looked up by one bisection (`readers`), and the next instant at which one of them
can change is the instant at which the key leaves the band between two cuts.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from waypost.engine.accumulators import NEVER, PATIENCE
from waypost.engine.profiles import Profile
from waypost.engine.properties import INTERVAL, Scalar
from waypost.model.time import Duration, Instant
from waypost.model.values import Value

Key: TypeAlias = int | str
"""A place on a gauge's line: mostly the value itself, in the unit in which it is kept."""


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

    def leaves(self, profile: Profile, at: Instant, cuts: Sequence[Key]) -> Instant:
        """The first instant after `at` at which the key may leave its band by time alone; early, never late."""


def band(cuts: Sequence[Key], key: Key | None) -> int:
    """Which band a key is in, counted from 0; −1 for NULL."""
    return -1 if key is None else bisect_right(cuts, key)


def search(gauge: Gauge, profile: Profile, at: Instant, cuts: Sequence[Key]) -> Instant:
    """The first change of the value that leaves the band; an early one where that lies many changes ahead."""
    here = band(cuts, gauge.key(profile, at))
    for _ in range(PATIENCE):
        at = gauge.changes(profile, at)
        if at == NEVER or band(cuts, gauge.key(profile, at)) != here:
            break
    return at


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

    def leaves(self, profile: Profile, at: Instant, cuts: Sequence[Key]) -> Instant:
        """When so many have left that the measure falls below its band."""
        if not self.timed:
            return NEVER
        if not self.falling:
            return search(self, profile, at, cuts)
        place = band(cuts, profile.slots[self.slot].measure(at, self.span))
        return self.falls(profile, at, int(cuts[place - 1])) if place > 0 else NEVER

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

    def leaves(self, profile: Profile, at: Instant, cuts: Sequence[Key]) -> Instant:
        """When a later first event makes it long enough, or there is none left."""
        return search(self, profile, at, cuts) if self.timed else NEVER


class Clock:
    """An interval that grows with time: `since`, `age`, `since_trait`. The subclasses say from when."""

    __slots__ = ("slots", "span")

    timed = True
    restless = False
    rank = INTERVAL

    def __init__(self, slots: tuple[int, ...] = (), span: Duration = 0) -> None:
        self.slots = slots
        self.span = span

    def start(self, profile: Profile) -> Instant | None:
        """From when it counts."""
        raise NotImplementedError

    def scalar(self, profile: Profile, at: Instant) -> Scalar | None:
        """The interval, while its start is in the window, if it has one."""
        key = self.key(profile, at)
        return None if key is None else (INTERVAL, key)

    def key(self, profile: Profile, at: Instant) -> Key | None:
        """The interval in microseconds."""
        start = self.start(profile)
        return None if start is None or (self.span and start <= at - self.span) else at - start

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """It reaches a literal at `start + literal`, and exceeds it one microsecond later."""
        return int(literal), int(literal) + 1

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """At every instant; no comparison but with literals is allowed, so nobody waits for it."""
        return at + 1 if self.start(profile) is not None else NEVER

    def leaves(self, profile: Profile, at: Instant, cuts: Sequence[Key]) -> Instant:
        """When it grows into the next band, or its start leaves the window."""
        start = self.start(profile)
        if start is None or (self.span and start <= at - self.span):
            return NEVER
        place = bisect_right(cuts, at - start)
        end = start + self.span if self.span else NEVER
        return min(start + int(cuts[place]), end) if place < len(cuts) else end


class SinceLast(Clock):
    """`since`: from the latest selected event."""

    __slots__ = ("slot",)

    def __init__(self, slot: int, span: Duration) -> None:
        super().__init__((slot,), span)
        self.slot = slot

    def start(self, profile: Profile) -> Instant | None:
        """When the latest event was, also where it has left the window."""
        return profile.slots[self.slot].measure(profile.at, 0)


class SinceSignup(Clock):
    """`age`."""

    __slots__ = ()

    def start(self, profile: Profile) -> Instant | None:
        """Signup."""
        return profile.signup


class SinceChange(Clock):
    """`since_trait.NAME`: `place` is that of the trait among those whose instants are kept."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def start(self, profile: Profile) -> Instant | None:
        """When the trait took its present value."""
        return profile.trait_since[self.place]


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

    def leaves(self, profile: Profile, at: Instant, cuts: Sequence[Key]) -> Instant:
        """When another value takes its place that is in another band."""
        return search(self, profile, at, cuts) if self.timed else NEVER
