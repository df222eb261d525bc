"""Where everybody begins: what is true of somebody who has done nothing, worked out once for a definition set.

A first event changes few of its bits. Only the rules that look at those are asked then, and the few that hold of
nobody yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from waypost.engine.profiles import Profile
from waypost.engine.readers import Reader
from waypost.engine.segments import Rule, concerned
from waypost.model.people import Transition

_SETS: Final = 4096
"""How many sets of rules are kept; they are as many as there are ways in which somebody begins."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The `bits` of somebody who has done nothing, and the positions of the rules that hold of them.

    No bit of theirs depends on the time, since nothing has an instant yet.
    """

    bits: int
    holding: frozenset[int]
    asked: dict[int, tuple[Rule, ...]] = field(default_factory=dict)

    def rules(self, changed: int, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        """The rules to ask at a first event that has changed these bits, in their order."""
        found = self.asked.get(changed)
        if found is None:
            if len(self.asked) >= _SETS:
                self.asked.clear()
            found = self.asked[changed] = concerned(rules, changed, self.holding)
        return found


def beginning(nobody: Profile, readers: Sequence[Reader], rules: Sequence[Rule]) -> Beginning:
    """Read and ask everything once, of somebody who has done nothing."""
    bits = 0
    for reader in readers:
        bits |= reader.read(nobody, 0)
    nobody.bits, holding = bits, set()
    for place, rule in enumerate(rules):
        told: list[Transition] = []
        rule.settle(nobody, 0, told)
        if told:
            holding.add(place)
    return Beginning(bits, frozenset(holding))
