"""One person as a decision sees them: their state, the spells of watched conditions, and what was offered before."""

from collections.abc import Mapping
from typing import Final

import msgspec

from waypost.engine.history import History, StepHistory
from waypost.engine.observe import as_of, state_of
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.model.conditions import Always, Condition
from waypost.model.people import State, Watch
from waypost.model.steps import Step
from waypost.model.time import Instant

_NOTHING: Final = StepHistory()
_EVER: Final = -(2**62)
"""The beginning of what was always so."""


class Standing(msgspec.Struct, frozen=True):
    """One person as of one instant, `state.at`. `watch` has the spells of watched conditions that were ever TRUE."""

    state: State
    watch: Mapping[str, Watch]
    history: History
    tester: bool = False

    def since(self, name: str, condition: Condition) -> Instant | None:
        """Since when a watched condition has been TRUE, or None where it is not."""
        found = self.watch.get(name)
        if found is None:
            return _EVER if isinstance(condition, Always) and condition.value else None
        return found.since

    def past(self, step: Step) -> StepHistory:
        """What the step did with the person so far."""
        return self.history.steps.get(step.name, _NOTHING)


def stand(program: Program, profile: Profile, now: Instant) -> Standing:
    """How the person stands as of `now`, which is not before `profile.seen`."""
    there, definitions = as_of(program, profile, now), program.definitions
    tester = False
    if definitions.delivery == "testers" and definitions.testers is not None:
        tester = program.test(definitions.testers)(there, now) is True
    return Standing(state_of(program, there, now), there.watch, there.history, tester)
