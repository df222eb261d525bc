"""`avg` and `ratio`: one measure over another, compared exactly.

A quotient is never rounded to be compared. Its key is twice its whole millionths, plus one where something is left
over, so that it equals a literal only where it is that very number.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from waypost.engine.accumulators import NEVER
from waypost.engine.gauges import Bits, Flip, Key, Measured, search
from waypost.engine.profiles import Profile
from waypost.engine.properties import NUMBER, Scalar
from waypost.model.time import Instant
from waypost.model.values import MILLION, Value, quotient

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Quotient:
    """One measure over another; NULL where either is, or the divisor is 0."""

    numerator: Measured
    denominator: Measured
    rank: int = NUMBER

    @property
    def slots(self) -> tuple[int, ...]:
        """The accumulators it reads."""
        return (self.numerator.slot, self.denominator.slot)

    @property
    def timed(self) -> bool:
        """Where a part of it does."""
        return self.numerator.timed or self.denominator.timed

    @property
    def restless(self) -> bool:
        """Where a part of it moves with time."""
        return self.timed

    def scalar(self, profile: Profile, at: Instant) -> Scalar | None:
        """The quotient as it is shown, rounded to six places."""
        parts = self._measures(profile, at)
        if parts is None:
            return None
        return NUMBER, quotient(parts[0] * self.numerator.scale, parts[1] * self.denominator.scale)

    def key(self, profile: Profile, at: Instant) -> Key | None:
        """The exact quotient as a place on the line."""
        parts = self._measures(profile, at)
        return None if parts is None else self._key(*parts)

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """A quotient is a literal only where nothing is left over."""
        return 2 * int(literal), 2 * int(literal) + 1

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """When either part changes."""
        return min(self.numerator.changes(profile, at), self.denominator.changes(profile, at))

    def banding(self, cuts: Sequence[Key], table: Sequence[int], null: int) -> Bits:
        """The bits of the quotient's band; where the numerator is nothing, it need not be worked out."""
        above, below = self.numerator, self.denominator
        one_slot, one_span, other_slot, other_span = above.slot, above.span, below.slot, below.span
        nothing = table[bisect_right(cuts, 0)]

        def bits(profile: Profile, at: Instant) -> int:
            slots = profile.slots
            one, other = slots[one_slot].measure(at, one_span), slots[other_slot].measure(at, other_span)
            if one is None or not other:
                return null
            return table[bisect_right(cuts, self._key(one, other))] if one else nothing

        return bits

    def leaving(self, cuts: Sequence[Key]) -> Flip | None:
        """When so much has left the window that the quotient may be in another band."""
        above, below = self.numerator, self.denominator
        if not self.timed:
            return None
        if not (above.falling and below.falling):
            return search(self, cuts)

        def leaving(profile: Profile, at: Instant) -> Instant:
            parts = self._measures(profile, at)
            if parts is None or parts[0] == 0:
                # Nothing over something stays 0 until the divisor is nothing too.
                return NEVER if parts is None else below.falls(profile, at, 1)
            return self._soonest(profile, at, cuts, bisect_right(cuts, self._key(*parts)), parts)

        return leaving

    def _measures(self, profile: Profile, at: Instant) -> tuple[int, int] | None:
        """Both measures in their own units, or None for NULL."""
        above, below = self.numerator, self.denominator
        slots = profile.slots
        other = slots[below.slot].measure(at, below.span)
        if not other:
            return None
        one = slots[above.slot].measure(at, above.span)
        return None if one is None else (one, other)

    def _key(self, one: int, other: int) -> int:
        whole, rest = divmod(one * self.numerator.scale * MILLION, other * self.denominator.scale)
        return 2 * whole + (rest != 0)

    def _soonest(
        self, profile: Profile, at: Instant, cuts: Sequence[Key], place: int, parts: tuple[int, int]
    ) -> Instant:
        """Where both parts only fall, an instant before which the quotient stays between its two cuts.

        It cannot fall below the lower one before the numerator alone would bring it there, nor rise to the upper one
        before the divisor alone would, nor become NULL before the divisor is 0.
        """
        above, below = self.numerator, self.denominator
        one, other = parts
        soonest = below.falls(profile, at, 1)
        if place > 0:
            literal, strict = divmod(int(cuts[place - 1]), 2)
            needed, unit = literal * other * below.scale, above.scale * MILLION
            soonest = min(soonest, above.falls(profile, at, needed // unit + 1 if strict else -(-needed // unit)))
        if place < len(cuts):
            literal, strict = divmod(int(cuts[place]), 2)
            if literal > 0:
                given, unit = one * above.scale * MILLION, literal * below.scale
                most = -(-given // unit) - 1 if strict else given // unit
                soonest = min(soonest, below.falls(profile, at, most + 1))
        return soonest
