"""A small world evaluated at every microsecond, condition by condition, in the order of evaluation.

It shares the conditions' closures and what signals remember with the fold, but nothing of what makes the fold fast: no
bits, no formulas, no wake-ups.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.engine.maker import END, START
from tests.engine.small import ADA
from waypost.engine import observe
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.model.changes import Definitions
from waypost.model.conditions import Condition
from waypost.model.events import Event
from waypost.model.people import Watch
from waypost.model.time import Instant

Decided = tuple[int, int, tuple[Instant | None, ...], dict[str, tuple[Instant | None, Instant | None, Instant | None]]]
"""The rung, a bit for each segment, when milestones were reached, and the spells of watched conditions."""


class Reference:
    """What is true at every microsecond from the first event on."""

    def __init__(self, program: Program, log: Sequence[Event]) -> None:
        self.states: dict[Instant, Decided] = {}
        self._program = program
        spells = {name: Watch() for name, _ in watches(program.definitions)}
        bare = replace(program, rules=(), waiting=(), awaited=0, touched={}, concerned={}, begun=[])
        profile: Profile | None = None
        for at in range(START, END + 1):
            now = sorted((one for one in log if one.at == at), key=lambda one: one.message_id)
            if profile is None:
                profile = observe.fold(bare, ADA, now, at)
            else:
                observe.observe(bare, profile, now)
            if profile is not None:
                self._decide(profile, at)
                self._spell(profile, spells, at)
                self.states[at] = (profile.stage, profile.truths, tuple(profile.reached), shown(spells))

    def awaited(self, at: Instant) -> tuple[object, ...]:
        """What somebody must be woken for: all but what pages show."""
        *decided, spells = self.states[at]
        return *decided, {name: spell[0] for name, spell in spells.items() if not name.endswith("show_when")}

    def _decide(self, profile: Profile, at: Instant) -> None:
        definitions = self._program.definitions
        for kind, name in definitions.evaluation:
            if kind == "milestone":
                milestone, place = definitions.milestones[name], list(definitions.milestones).index(name)
                signup, within = profile.signup, milestone.within
                in_time = within is None or (signup is not None and signup <= at < signup + within)
                if profile.reached[place] is None and in_time and self._holds(milestone.when, profile, at):
                    profile.reached[place] = at
            elif kind == "segment":
                place = list(definitions.segments).index(name)
                profile.truths &= ~(1 << place)
                profile.truths |= self._holds(definitions.segments[name].when, profile, at) << place
            else:
                rungs = (place for place, one in enumerate(definitions.stages) if self._holds(one.when, profile, at))
                profile.stage = next(rungs, -1)

    def _spell(self, profile: Profile, spells: dict[str, Watch], at: Instant) -> None:
        for name, condition in watches(self._program.definitions):
            holds, spell = self._holds(condition, profile, at), spells[name]
            if holds and spell.since is None:
                spell.since = at
                spell.first = at if spell.first is None else spell.first
            elif not holds and spell.since is not None:
                spell.since, spell.ended = None, at

    def _holds(self, condition: Condition, profile: Profile, at: Instant) -> bool:
        return self._program.test(condition)(profile, at) is True


def watches(definitions: Definitions) -> Iterator[tuple[str, Condition]]:
    """The watched conditions by their names."""
    for journey in definitions.journeys.values():
        yield f"journey.{journey.name}.for", journey.entry
        if journey.exit is not None:
            yield f"journey.{journey.name}.exit", journey.exit
    for step in definitions.steps.values():
        conditions = {"show_when": step.show_when, "send_when": step.send_when, "done_when": step.done_when}
        for word, condition in conditions.items():
            if condition is not None:
                yield f"step.{step.name}.{word}", condition


def shown(
    spells: dict[str, Watch],
) -> dict[str, tuple[Instant | None, Instant | None, Instant | None]]:
    """The spells of conditions that were ever TRUE."""
    return {name: (one.since, one.first, one.ended) for name, one in spells.items() if one.first is not None}


def decided(program: Program, profile: Profile) -> Decided:
    """What a profile says, in the form of `Reference.states`."""
    segments = (1 << len(program.definitions.segments)) - 1
    return profile.stage, profile.truths & segments, tuple(profile.reached), shown(profile.watch)
