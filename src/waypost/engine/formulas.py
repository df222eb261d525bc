"""What makes a condition TRUE, as a formula over bits; and until when it stays as it is.

Each comparison in a definition set (an atom) has two bits in a profile, one for TRUE and one for FALSE; neither is
NULL. "The condition is TRUE" is then an AND and OR of bits without a NOT, since NOT TRUE is FALSE. Whether it holds
costs a few operations on integers; and the instant at which it can change by time alone is worked out from the bits
that matter, not from all that may change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, assert_never

from waypost.engine.accumulators import NEVER
from waypost.engine.gauges import Flip
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


class Table(Protocol):
    """Where atoms get their bits from, and which of them move with time."""

    def bits_of(self, atom: Atom) -> tuple[int, int]:
        """The bit for TRUE and the bit for FALSE."""

    def flip_of(self, bit: int) -> Flip | None:
        """What says when a bit may change by time alone, or None where it never does."""


@dataclass(frozen=True, slots=True)
class Formula:
    """An AND (`every`) or an OR of the bits of `own` and of `parts`. Bits that never move with time are `fixed`."""

    every: bool
    mask: int
    own: int
    fixed: int
    moving: tuple[tuple[int, Flip], ...]
    parts: tuple["Formula", ...]

    def holds(self, bits: int) -> bool:
        """Whether it is true of the bits."""
        own = self.own
        if self.every:
            if bits & own != own:
                return False
            return not self.parts or all(part.holds(bits) for part in self.parts)
        if bits & own:
            return True
        return bool(self.parts) and any(part.holds(bits) for part in self.parts)

    @property
    def until(self) -> Flip:
        """What says when its truth may change."""
        if len(self.moving) == 1 and not self.parts:
            # The only bit that moves decides, or none does.
            flip = self.moving[0][1]
            return self._unless_fixed(flip) if self.fixed else flip
        return self._until

    def _unless_fixed(self, flip: Flip) -> Flip:
        own, fixed, every = self.own, self.fixed, self.every

        def until(profile: Profile, at: Instant) -> Instant:
            bits = profile.bits
            return NEVER if (own & ~bits if every else bits) & fixed else flip(profile, at)

        return until

    def _until(self, profile: Profile, at: Instant) -> Instant:
        """One false member alone keeps an AND false, one true member an OR true.

        While there are such, the last of them to change decides. While there is none, the first of all members does.
        """
        bits = profile.bits
        deciding = self.own & (~bits if self.every else bits)
        if deciding & self.fixed:
            return NEVER
        parts = [part for part in self.parts if part.holds(bits) is not self.every] if self.parts else []
        if deciding or parts:
            last = at
            for bit, flip in self.moving:
                if bit & deciding and (instant := flip(profile, at)) > last:
                    last = instant
            for part in parts:
                last = max(last, part.until(profile, at))
            return last
        first = NEVER
        for _, flip in self.moving:
            if (instant := flip(profile, at)) < first:
                first = instant
        for part in self.parts:
            first = min(first, part.until(profile, at))
        return first


def formula(condition: Condition, table: Table) -> Formula:
    """When the condition is TRUE."""
    return _formula(condition, table, wanted=True)


def _formula(condition: Condition, table: Table, *, wanted: bool) -> Formula:
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


def _all(items: Iterable[Condition], table: Table, *, wanted: bool, every: bool) -> Formula:
    """All or one of several, flattened: what is only a bit joins the bits, what is a like junction gives its own."""
    bits: list[int] = []
    parts: list[Formula] = []
    for item in items:
        inner = _formula(item, table, wanted=wanted)
        if inner.every is every or _is_bit(inner):
            bits.extend(_each(inner.own))
            parts.extend(inner.parts)
        else:
            parts.append(inner)
    return _join(bits, parts, table, every=every)


def _is_bit(inner: Formula) -> bool:
    return not inner.parts and inner.own.bit_count() == 1


def _each(mask: int) -> Iterable[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def _join(bits: list[int], parts: list[Formula], table: Table, *, every: bool) -> Formula:
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
    return Formula(every, own | mask, own, fixed, tuple(moving), tuple(parts))
