"""`avg` and `ratio`: one measure over another, compared exactly.

A quotient is never rounded to be compared. Its key is twice its whole millionths, plus one where something is left
over, so that it equals a literal only where it is that very number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.engine.accumulators import NEVER
from waypost.engine.conditions import Test
from waypost.engine.gauges import Bits, Flip, Key, Measured, search
from waypost.engine.profiles import Profile
from waypost.engine.properties import NUMBER, Scalar
from waypost.model.time import Instant
from waypost.model.values import MILLION, Value, quotient


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
        if parts is None:
            return None
        whole, rest = divmod(parts[0] * self.numerator.scale * MILLION, parts[1] * self.denominator.scale)
        return 2 * whole + (rest != 0)

    def cut(self, literal: Value) -> tuple[Key, Key]:
        """A quotient is a literal only where nothing is left over."""
        return 2 * int(literal), 2 * int(literal) + 1

    def changes(self, profile: Profile, at: Instant) -> Instant:
        """When either part changes."""
        return min(self.numerator.changes(profile, at), self.denominator.changes(profile, at))

    def banding(self, cuts: Sequence[Key], table: Sequence[int], null: int) -> Bits:
        """The bits of the quotient's band, found by cross-multiplication with each cut."""
        above, below = self.numerator, self.denominator
        one_slot, one_span, other_slot, other_span = above.slot, above.span, below.slot, below.span
        unit, weights = self._weights(cuts)

        def bits(profile: Profile, at: Instant) -> int:
            slots = profile.slots
            one, other = slots[one_slot].measure(at, one_span), slots[other_slot].measure(at, other_span)
            if one is None or not other:
                return null
            if other < 0:
                one, other = -one, -other
            place, scaled = 0, one * unit
            for weight, strict in weights:
                if scaled < weight * other or (strict and scaled == weight * other):
                    break
                place += 1
            return table[place]

        return bits

    def calm(self) -> Test[Profile] | None:
        """While nothing stands over the divisor, more of that only puts off the instant at which it is 0."""
        above = self.numerator
        if not (self.timed and above.falling and self.denominator.falling):
            return None
        slot, span = above.slot, above.span
        return lambda profile, at: profile.slots[slot].measure(at, span) == 0

    def leaving(self, cuts: Sequence[Key]) -> Flip | None:
        """When so much has left the window that the quotient may be in another band.

        Where both parts only fall, it cannot fall below a cut before the numerator alone would bring it there, nor rise
        to one before the divisor alone would, nor become NULL before the divisor is 0: that is early, never late.
        """
        if not self.timed:
            return None
        above, below = self.numerator, self.denominator
        if not (above.falling and below.falling):
            return search(self, cuts)
        unit, weights = self._weights(cuts)
        one_slot, one_span, other_slot, other_span = above.slot, above.span, below.slot, below.span

        def leaving(profile: Profile, at: Instant) -> Instant:
            slots = profile.slots
            one, other = slots[one_slot].measure(at, one_span), slots[other_slot].measure(at, other_span)
            if one is None or not other:
                return NEVER
            end = below.falls(profile, at, 1)
            if not one:
                # Nothing over something stays nothing until the divisor is 0, too.
                return end
            scaled, low = one * unit, 0
            for weight, strict in weights:
                cut = weight * other
                if scaled > cut or (scaled == cut and not strict):
                    low = cut // unit + 1 if strict else -(-cut // unit)
                    continue
                if scaled:
                    most = -(-scaled // weight) - 1 if strict else scaled // weight
                    end = min(end, below.falls(profile, at, most + 1))
                break
            return min(end, above.falls(profile, at, low)) if low > 0 else end

        return leaving

    def _weights(self, cuts: Sequence[Key]) -> tuple[int, list[tuple[int, bool]]]:
        """For cross-multiplication: what to multiply the numerator by, and the divisor for each cut.

        A `strict` cut is passed by what is greater than its literal, another by the literal too.
        """
        halves = [divmod(int(cut), 2) for cut in cuts]
        return self.numerator.scale * MILLION, [(whole * self.denominator.scale, odd == 1) for whole, odd in halves]

    def _measures(self, profile: Profile, at: Instant) -> tuple[int, int] | None:
        """Both measures in their own units, or None for NULL."""
        above, below = self.numerator, self.denominator
        slots = profile.slots
        other = slots[below.slot].measure(at, below.span)
        if not other:
            return None
        one = slots[above.slot].measure(at, above.span)
        return None if one is None else (one, other)
