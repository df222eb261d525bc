"""`avg` and `ratio`: one measure over another, compared exactly.

A quotient is never rounded to be compared. Its key is twice its whole millionths, plus one where something is left
over, so that it equals a literal only where it is that very number.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from waypost.engine.accumulators import NEVER
from waypost.engine.gauges import Key, Measured, search
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

    def parts(self, profile: Profile, at: Instant) -> tuple[int, int] | None:
        """Numerator and divisor in one unit, or None for NULL."""
        above, below = self.numerator, self.denominator
        one = profile.slots[above.slot].measure(at, above.span)
        other = profile.slots[below.slot].measure(at, below.span)
        return None if one is None or not other else (one * above.scale, other * below.scale)

    def scalar(self, profile: Profile, at: Instant) -> Scalar | None:
        """The quotient as it is shown, rounded to six places."""
        parts = self.parts(profile, at)
        return None if parts is None else (NUMBER, quotient(*parts))

    def key(self, profile: Profile, at: Instant) -> Key | None:
        """The exact quotient as a place on the line."""
        parts = self.parts(profile, at)
        if parts is None:
            return None
        whole, rest = divmod(parts[0] * MILLION, parts[1])
        return 2 * whole + (rest != 0)

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """A quotient is a literal only where nothing is left over."""
        return 2 * int(literal), 2 * int(literal) + 1

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """When either part changes."""
        return min(self.numerator.changes(profile, at), self.denominator.changes(profile, at))

    def leaves(self, profile: Profile, at: Instant, cuts: Sequence[Key]) -> Instant:
        """When so much has left the window that the quotient may be in another band."""
        if not self.timed:
            return NEVER
        if not (self.numerator.falling and self.denominator.falling):
            return search(self, profile, at, cuts)
        key = self.key(profile, at)
        place = None if key is None else bisect_right(cuts, key)
        for _ in range(_TRIES):
            if place is None:
                return NEVER
            at = self._soonest(profile, at, cuts, place)
            key = self.key(profile, at) if at != NEVER else None
            if key is None or bisect_right(cuts, key) != place:
                break
        return at

    def _soonest(self, profile: Profile, at: Instant, cuts: Sequence[Key], place: int) -> Instant:
        """Where both parts only fall, an instant before which the quotient stays between its two cuts.

        It cannot fall below the lower one before the numerator alone would bring it there, nor rise to the upper one
        before the divisor alone would, nor become NULL before the divisor is 0.
        """
        above, below = self.numerator, self.denominator
        one = profile.slots[above.slot].measure(at, above.span) or 0
        other = profile.slots[below.slot].measure(at, below.span) or 0
        soonest = below.falls(profile, at, 1)
        if place > 0:
            literal, strict = divmod(int(cuts[place - 1]), 2)
            needed, unit = literal * other * below.scale, above.scale * MILLION
            soonest = min(soonest, above.falls(profile, at, needed // unit + 1 if strict else -(-needed // unit)))
        if place < len(cuts):
            literal, strict = divmod(int(cuts[place]), 2)
            if literal > 0 and one > 0:
                given, unit = one * above.scale * MILLION, literal * below.scale
                most = -(-given // unit) - 1 if strict else given // unit
                soonest = min(soonest, below.falls(profile, at, most + 1))
        return soonest
