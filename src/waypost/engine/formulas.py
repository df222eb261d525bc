"""What makes a condition TRUE, as a formula over bits; and until when it stays as it is.

Each comparison in a definition set (an atom) has two bits in a profile, one for TRUE and one for FALSE; neither is
NULL. "The condition is TRUE" is then an AND and OR of bits without a NOT, since NOT TRUE is FALSE. Whether it holds
costs a few operations on integers; and the instant at which it can change by time alone is worked out from the bits that
matter, not from all that may change.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, assert_never

from waypost.engine.accumulators import NEVER
from waypost.engine.profiles import Profile
from waypost.model.conditions import (
    Always,
    Among,
    And,
    Compare,
    Condition,
    Differs,
    Has,
    InSegment,
    Like,
    Missing,
    Not,
    Or,
    Truth,
)
from waypost.model.time import Instant

Atom = Truth | Compare | Among | Like | Missing | Differs | Has | InSegment
"""A condition that has no conditions inside."""

Flip = Callable[[Profile, Instant], Instant]
"""The first instant after the one given at which an atom's truth may change without an event; early, never late."""


class Formula(Protocol):
    """A formula over the bits of a profile."""

    @property
    def mask(self) -> int:
        """The bits it looks at."""

    def holds(self, bits: int) -> bool:
        """Whether it is true of the bits."""

    def until(self, bits: int, profile: Profile, at: Instant) -> Instant:
        """The first instant after `at` at which its truth may change by time alone; early, never late."""


class Bits(Protocol):
    """Where atoms get their bits from, and which of them move with time."""

    def bits_of(self, atom: Atom) -> tuple[int, int]:
        """The bit for TRUE and the bit for FALSE."""

    def flip_of(self, bit: int) -> Flip | None:
        """What says when a bit may change by time alone, or None where it never does."""


@dataclass(frozen=True, slots=True)
class Every:
    """An AND: all the bits of `own` are set and all `parts` hold."""

    mask: int
    own: int
    fixed: int
    moving: tuple[tuple[int, Flip], ...]
    parts: tuple[Formula, ...]

    def holds(self, bits: int) -> bool:
        """Whether it is true of the bits."""
        if bits & self.own != self.own:
            return False
        for part in self.parts:
            if not part.holds(bits):
                return False
        return True

    def until(self, bits: int, profile: Profile, at: Instant) -> Instant:
        """While one part is false it stays false: the last of them decides. While all hold, the first does."""
        wanting = self.own & ~bits
        if wanting & self.fixed:
            return NEVER
        last, first = at, NEVER
        for bit, flip in self.moving:
            instant = flip(profile, at)
            if wanting & bit:
                last = max(last, instant)
            else:
                first = min(first, instant)
        for part in self.parts:
            instant = part.until(bits, profile, at)
            if part.holds(bits):
                first = min(first, instant)
            else:
                last = max(last, instant)
        return last if last > at else first


@dataclass(frozen=True, slots=True)
class Either:
    """An OR: a bit of `own` is set or one of `parts` holds."""

    mask: int
    own: int
    fixed: int
    moving: tuple[tuple[int, Flip], ...]
    parts: tuple[Formula, ...]

    def holds(self, bits: int) -> bool:
        """Whether it is true of the bits."""
        if bits & self.own:
            return True
        for part in self.parts:
            if part.holds(bits):
                return True
        return False

    def until(self, bits: int, profile: Profile, at: Instant) -> Instant:
        """While one part holds it stays true: the last of them decides. While none does, the first to come does."""
        given = self.own & bits
        if given & self.fixed:
            return NEVER
        last, first = at, NEVER
        for bit, flip in self.moving:
            instant = flip(profile, at)
            if given & bit:
                last = max(last, instant)
            else:
                first = min(first, instant)
        for part in self.parts:
            instant = part.until(bits, profile, at)
            if part.holds(bits):
                last = max(last, instant)
            else:
                first = min(first, instant)
        return last if last > at else first


def formula(condition: Condition, table: Bits) -> Formula:
    """When the condition is TRUE."""
    return _formula(condition, table, wanted=True)


def _formula(condition: Condition, table: Bits, *, wanted: bool) -> Formula:
    """When the condition is TRUE, or (not `wanted`) when it is FALSE."""
    match condition:
        case Always(value):
            return _join([], [], table, every=value is wanted)
        case And(items):
            return _all(items, table, wanted=wanted, every=wanted)
        case Or(items):
            return _all(items, table, wanted=wanted, every=not wanted)
        case Not(item):
            return _formula(item, table, wanted=not wanted)
        case Truth() | Compare() | Among() | Like() | Missing() | Differs() | Has() | InSegment():
            return _join([table.bits_of(condition)[0 if wanted else 1]], [], table, every=True)
        case _:
            assert_never(condition)


def _all(items: Iterable[Condition], table: Bits, *, wanted: bool, every: bool) -> Formula:
    """All or one of several, flattened: what is only a bit joins the bits, what is a like junction gives its own."""
    bits: list[int] = []
    parts: list[Formula] = []
    for item in items:
        inner = _formula(item, table, wanted=wanted)
        if isinstance(inner, Every | Either) and (isinstance(inner, Every) is every or _is_bit(inner)):
            bits.extend(_each(inner.own))
            parts.extend(inner.parts)
        else:
            parts.append(inner)
    return _join(bits, parts, table, every=every)


def _is_bit(inner: Every | Either) -> bool:
    return not inner.parts and inner.own.bit_count() == 1


def _each(mask: int) -> Iterable[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def _join(bits: list[int], parts: list[Formula], table: Bits, *, every: bool) -> Formula:
    own = mask = fixed = 0
    moving: list[tuple[int, Flip]] = []
    for bit in dict.fromkeys(bits):
        own |= bit
        flip = table.flip_of(bit)
        if flip is None:
            fixed |= bit
        else:
            moving.append((bit, flip))
    for part in parts:
        mask |= part.mask
    kind = Every if every else Either
    return kind(own | mask, own, fixed, tuple(moving), tuple(parts))
