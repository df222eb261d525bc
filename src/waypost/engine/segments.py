"""Stages, segments and milestones entered and left, and the conditions that are watched.

A rule is asked again only when a bit it looks at has changed. What it decides is written into the profile, told as a
`Transition`, and read again by the rules that come after it in the order of evaluation.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Protocol

from waypost.engine.accumulators import NEVER
from waypost.engine.formulas import Formula
from waypost.engine.gauges import Flip
from waypost.engine.profiles import Profile
from waypost.engine.readers import Reader
from waypost.model.people import Transition, Watch
from waypost.model.time import Instant

Followers = tuple[Reader, ...]
"""What reads a rule's outcome."""


class Rule(Protocol):
    """Something that conditions decide about a person."""

    @property
    def mask(self) -> int:
        """The bits it looks at."""

    @property
    def followers(self) -> Followers:
        """What reads its outcome."""

    @property
    def awaited(self) -> bool:
        """Whether somebody must be woken when it changes; else it is enough to know when it did."""

    def settle(self, profile: Profile, at: Instant, told: list[Transition]) -> int:
        """Decide it anew, and give the bits that changed by that."""

    @property
    def until(self) -> Flip:
        """What says when it may be decided otherwise by time alone."""


def concerned(rules: Sequence[Rule], bits: int, always: Container[int] = ()) -> tuple[Rule, ...]:
    """The rules that look at these bits or at what such rules decide, and those at places in `always`, in order."""
    found, reached = [], bits
    for place, rule in enumerate(rules):
        if rule.mask & reached or place in always:
            found.append(rule)
            for reader in rule.followers:
                reached |= reader.mask
    return tuple(found)


def follow(profile: Profile, at: Instant, readers: Followers) -> int:
    """Read what depends on something that has just changed, and give the bits that are different now."""
    changed = 0
    for reader in readers:
        different = (profile.bits & reader.mask) ^ reader.read(profile, at)
        profile.bits ^= different
        changed |= different
    return changed


@dataclass(frozen=True, slots=True)
class MilestoneRule:
    """Reached at the first evaluation at which it holds, and never again asked."""

    name: str
    place: int
    formula: Formula
    mask: int
    followers: Followers = ()
    awaited: bool = True

    def settle(self, profile: Profile, at: Instant, told: list[Transition]) -> int:
        """Reach it, if it holds."""
        if profile.reached[self.place] is not None or not self.formula.holds(profile.bits):
            return 0
        profile.reached[self.place] = at
        told.append(Transition(at, "milestone", self.name, True))
        return follow(profile, at, self.followers)

    @property
    def until(self) -> Flip:
        """When it may be reached."""
        place, until = self.place, self.formula.until
        return lambda profile, at: NEVER if profile.reached[place] is not None else until(profile, at)


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """In while it holds. `place` is its bit in `Profile.truths`."""

    name: str
    place: int
    formula: Formula
    mask: int
    followers: Followers = ()
    awaited: bool = True

    def settle(self, profile: Profile, at: Instant, told: list[Transition]) -> int:
        """Enter or leave."""
        holds = self.formula.holds(profile.bits)
        if holds is bool(profile.truths >> self.place & 1):
            return 0
        profile.truths ^= 1 << self.place
        told.append(Transition(at, "segment", self.name, holds))
        return follow(profile, at, self.followers)

    @property
    def until(self) -> Flip:
        """When it may be entered or left."""
        return self.formula.until


@dataclass(frozen=True, slots=True)
class Ladder:
    """The stages from the top; everyone is on the first rung that holds."""

    names: tuple[str, ...]
    formulas: tuple[Formula, ...]
    mask: int
    followers: Followers = ()
    awaited: bool = True

    def settle(self, profile: Profile, at: Instant, told: list[Transition]) -> int:
        """Move to the rung that holds now."""
        bits = profile.bits
        place = next((place for place, rung in enumerate(self.formulas) if rung.holds(bits)), -1)
        if place == profile.stage:
            return 0
        if profile.stage >= 0:
            told.append(Transition(at, "stage", self.names[profile.stage], False))
        if place >= 0:
            told.append(Transition(at, "stage", self.names[place], True))
        profile.stage = place
        return follow(profile, at, self.followers)

    @property
    def until(self) -> Flip:
        """When this rung may give way, or one above it may hold; those below do not matter."""
        untils = [rung.until for rung in self.formulas]
        to_ask = [untils[: place + 1] for place in range(len(untils))] + [untils]

        def until(profile: Profile, at: Instant) -> Instant:
            first = NEVER
            for rung in to_ask[profile.stage]:
                if (instant := rung(profile, at)) < first:
                    first = instant
            return first

        return until


@dataclass(frozen=True, slots=True)
class WatchRule:
    """A condition whose spells are kept: of a journey `for` and `exit`, of a step `show_when` and its like."""

    name: str
    place: int
    formula: Formula
    mask: int
    awaited: bool
    followers: Followers = ()

    def settle(self, profile: Profile, at: Instant, told: list[Transition]) -> int:
        """Begin a spell, or end it."""
        holds = self.formula.holds(profile.bits)
        if holds is bool(profile.truths >> self.place & 1):
            return 0
        profile.truths ^= 1 << self.place
        if not holds:
            watch = profile.watch[self.name]
            watch.since, watch.ended = None, at
        elif self.name in profile.watch:
            profile.watch[self.name].since = at
        else:
            profile.watch[self.name] = Watch(at, at)
        told.append(Transition(at, "watch", self.name, holds))
        return 0

    @property
    def until(self) -> Flip:
        """When it may begin or end."""
        return self.formula.until
