"""When could something change with no new event?

`next_wake` asks the rules, not the signals: a window that empties wakes nobody unless a condition can turn by it
(semantics.md 5). The answer may be early, never late. `pass_time` evaluates at each of those instants in its turn.
"""

from collections.abc import Iterable

from waypost.engine.accumulators import NEVER
from waypost.engine.gauges import Flip
from waypost.engine.intakes import Anxious
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.model.people import Transition
from waypost.model.time import Instant


def next_wake(program: Program, profile: Profile) -> Instant | None:
    """The first instant after `seen` at which a stage, segment, milestone, journey or push may change by itself.

    None where only events can change anything. An in-page step's conditions wake nobody.
    """
    first = _look_ahead(program, profile)
    if program.awaited < len(program.waiting):
        first = min(profile.wakes[: program.awaited], default=NEVER)
    return None if first >= NEVER else first


def pass_time(program: Program, profile: Profile, end: Instant, told: list[Transition]) -> None:
    """Evaluate at every instant after `seen` and before `end` at which a rule may change, each at its own instant."""
    while (instant := _look_ahead(program, profile)) < end:
        changed = read_movers(program, profile, instant)
        profile.seen = instant
        settle(program, profile, instant, changed, told)


def read_movers(program: Program, profile: Profile, at: Instant) -> int:
    """Read again what may have moved by `at`, and give the bits that are different now."""
    flips, changed = profile.flips, 0
    for place, flip in program.flips:
        if flips[place] <= at:
            reader = program.movers[place]
            changed |= (profile.bits & reader.mask) ^ reader.read(profile, at)
            flips[place] = flip(profile, at)
    profile.bits ^= changed
    profile.due = min(flips, default=NEVER)
    return changed


def look_again(profile: Profile, at: Instant, flips: Iterable[tuple[int, Flip]]) -> None:
    """Work out anew when these readers may next say something else."""
    for place, flip in flips:
        profile.flips[place] = instant = flip(profile, at)
        profile.due = min(profile.due, instant)


def worry(profile: Profile, at: Instant, anxious: Iterable[Anxious]) -> None:
    """Work out anew when these readers may next say something else, but for those that can only have put it off."""
    flips = profile.flips
    for place, flip, mask, is_calm in anxious:
        if is_calm is None or not is_calm(profile, at):
            flips[place] = instant = flip(profile, at)
            profile.loose |= mask
            profile.due = min(profile.due, instant)


def settle(program: Program, profile: Profile, at: Instant, changed: int, told: list[Transition]) -> None:
    """Decide again, in their order, the rules that look at a changed bit, and those that look at what they decided."""
    flips, rules = program.concerned.get(changed) or program.concerned_by(changed)
    if flips:
        look_again(profile, at, flips)
    for rule, mask in rules:
        if mask & changed:
            changed |= rule.settle(profile, at, told)
    profile.loose |= changed


def _look_ahead(program: Program, profile: Profile) -> Instant:
    """Bring `wakes` up to date where events or time may have moved them, and give the first of them."""
    wakes, seen = profile.wakes, profile.seen
    if profile.loose:
        loose = profile.loose
        for place, until in program.touched.get(loose) or program.waiting_for(loose):
            wakes[place] = until(profile, seen)
        profile.loose = 0
    first = min(wakes, default=NEVER)
    if first > seen:
        return first
    for place, (_, until) in enumerate(program.waiting):
        if wakes[place] <= seen:
            wakes[place] = until(profile, seen)
    return min(wakes)
