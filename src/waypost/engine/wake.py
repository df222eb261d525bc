"""When could something change with no new event?

`next_wake` asks the rules, not the signals: a window that empties wakes nobody unless a condition can turn by it
(semantics.md 5). The answer may be early, never late. `pass_time` evaluates at each of those instants in its turn.
"""

from collections.abc import Iterable

from waypost.engine.accumulators import NEVER
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.model.people import Transition
from waypost.model.time import Instant


def next_wake(program: Program, profile: Profile) -> Instant | None:
    """The first instant after `seen` at which a stage, segment, milestone, journey or push may change by itself.

    None where only events can change anything. An in-page step's conditions wake nobody.
    """
    _look_ahead(program, profile)
    rules = program.rules
    first = min((instant for place, instant in profile.wakes.items() if rules[place].awaited), default=NEVER)
    return None if first == NEVER else first


def pass_time(program: Program, profile: Profile, end: Instant, told: list[Transition]) -> None:
    """Evaluate at every instant after `seen` and before `end` at which a rule may change, each at its own instant."""
    while True:
        _look_ahead(program, profile)
        instant = min(profile.wakes.values(), default=NEVER)
        if instant >= end:
            return
        changed = read_movers(program, profile, instant)
        profile.seen = instant
        settle(program, profile, instant, changed, told)


def read_movers(program: Program, profile: Profile, at: Instant) -> int:
    """Read again what may have moved by `at`, and give the bits that are different now."""
    flips, changed, due = profile.flips, 0, NEVER
    for place, reader in enumerate(program.movers):
        if flips[place] <= at and reader.flip is not None:
            changed |= (profile.bits & reader.mask) ^ reader.read(profile, at)
            flips[place] = reader.flip(profile, at)
        due = min(due, flips[place])
    profile.bits ^= changed
    profile.due = due
    return changed


def begin(program: Program, profile: Profile, at: Instant, told: list[Transition]) -> None:
    """The first evaluation: read everything, and ask every rule."""
    bits = 0
    for reader in program.readers:
        bits |= reader.read(profile, at)
    profile.bits = bits
    for rule in program.rules:
        rule.settle(profile, at, told)
    profile.loose, profile.due = -1, NEVER
    look_again(program, profile, at, range(len(program.movers)))


def look_again(program: Program, profile: Profile, at: Instant, places: Iterable[int]) -> None:
    """Work out anew when these readers may next say something else."""
    for place in places:
        flip = program.movers[place].flip
        if flip is not None:
            profile.flips[place] = instant = flip(profile, at)
            profile.due = min(profile.due, instant)


def settle(program: Program, profile: Profile, at: Instant, changed: int, told: list[Transition]) -> None:
    """Decide again, in their order, the rules that look at a changed bit, and those that look at what they decided."""
    if changed & program.moving:
        look_again(program, profile, at, (p for p, reader in enumerate(program.movers) if reader.mask & changed))
    for rule in program.rules:
        if rule.mask & changed:
            changed |= rule.settle(profile, at, told)
    profile.loose |= changed


def _look_ahead(program: Program, profile: Profile) -> None:
    """Bring `wakes` up to date where events or time may have moved them."""
    wakes, loose, seen = profile.wakes, profile.loose, profile.seen
    for place, rule in enumerate(program.rules):
        if rule.mask & loose or wakes.get(place, NEVER) <= seen:
            instant = rule.until(profile, seen)
            if instant != NEVER:
                wakes[place] = instant
            else:
                wakes.pop(place, None)
    profile.loose = 0
