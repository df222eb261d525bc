"""When formulas hold, and until when they stay as they are."""

from collections.abc import Callable

import pytest

from tests.engine.small import ADA, definitions
from waypost.engine import observe
from waypost.engine.accumulators import NEVER
from waypost.engine.formulas import Atom, Formula, formula
from waypost.engine.gauges import Flip
from waypost.engine.profiles import Profile
from waypost.engine.program import compile_program
from waypost.model.conditions import Always, And, Condition, Not, Or, TraitOf, Truth
from waypost.model.time import Instant


def atom(name: str) -> Truth:
    """An atom by its name."""
    return Truth(TraitOf((name,)))


class Table:
    """Atoms that change at known instants; those without one never do."""

    def __init__(self, **flips: Instant) -> None:
        self._flips = flips
        self.places: dict[str, int] = {}

    def bits_of(self, atom: Atom) -> tuple[int, int]:
        """The bits, in the order of asking."""
        assert isinstance(atom, Truth)
        assert isinstance(atom.operand, TraitOf)
        place = self.places.setdefault(atom.operand.path[0], len(self.places))
        return 1 << 2 * place, 2 << 2 * place

    def flip_of(self, bit: int) -> Flip | None:
        """When the atom of a bit changes."""
        name = list(self.places)[(bit.bit_length() - 1) // 2]
        instant = self._flips.get(name)
        return None if instant is None else self._at(instant)

    def _at(self, instant: Instant) -> Callable[[Profile, Instant], Instant]:
        return lambda profile, at: instant

    def bits(self, **truths: bool | None) -> int:
        """The bits of these truths."""
        pairs = {name: self.bits_of(atom(name)) for name in truths}
        return sum(pairs[name][0 if truth else 1] for name, truth in truths.items() if truth is not None)


A, B, C = atom("a"), atom("b"), atom("c")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (And((A, B)), {(True, True)}),
        (Or((A, B)), {(True, True), (True, False), (True, None), (False, True), (None, True)}),
        (Not(A), {(False, True), (False, False), (False, None)}),
        (Not(And((A, B))), {(False, True), (False, False), (False, None), (True, False), (None, False)}),
        (Not(Or((A, Not(B)))), {(False, True)}),
        (And((A, Always(True))), {(True, True), (True, False), (True, None)}),
        (Or((And((A, B)), Always(False))), {(True, True)}),
        (And((Or((A, B)), Or((A, Not(B))))), {(True, True), (True, False), (True, None)}),
    ],
)
def test_a_formula_holds_where_the_condition_is_true(
    condition: Condition, holds: set[tuple[bool | None, bool | None]]
) -> None:
    table = Table()
    made = formula(condition, table)
    truths = (True, False, None)
    assert {(a, b) for a in truths for b in truths if made.holds(table.bits(a=a, b=b))} == holds


@pytest.fixture(scope="module")
def profile() -> Profile:
    """Anybody's profile, to put bits into."""
    return observe.stranger(compile_program(definitions()), ADA, 0)


def until(made: Formula, table: Table, profile: Profile, **truths: bool | None) -> Instant:
    """Until when a formula stays as it is, as of 0."""
    profile.bits = table.bits(**truths)
    return made.until(profile, 0)


def test_the_last_false_part_of_an_and_decides(profile: Profile) -> None:
    table = Table(a=5, b=9)
    made = formula(And((A, B, C)), table)
    assert until(made, table, profile, a=False, b=False, c=True) == 9
    assert until(made, table, profile, a=False, b=True, c=True) == 5
    assert until(made, table, profile, a=True, b=True, c=True) == 5
    assert until(made, table, profile, a=False, b=False, c=False) == NEVER
    assert until(made, table, profile, a=True, b=True, c=None) == NEVER


def test_the_last_true_part_of_an_or_decides(profile: Profile) -> None:
    table = Table(a=5, b=9)
    made = formula(Or((A, B, C)), table)
    assert until(made, table, profile, a=True, b=True, c=False) == 9
    assert until(made, table, profile, a=False, b=False, c=False) == 5
    assert until(made, table, profile, a=False, b=False, c=True) == NEVER


def test_parts_inside_count_as_wholes(profile: Profile) -> None:
    table = Table(a=5, b=9, d=7)
    made = formula(And((Or((A, B)), atom("d"))), table)
    assert until(made, table, profile, a=False, b=False, d=False) == 7
    assert until(made, table, profile, a=True, b=True, d=True) == 7
    assert until(made, table, profile, a=True, b=False, d=True) == 5
    assert until(made, table, profile, a=False, b=False, d=True) == 5


def test_what_never_moves_never_changes(profile: Profile) -> None:
    for condition in (Always(True), Always(False), A, And((A, Or((B, C))))):
        table = Table()
        assert until(formula(condition, table), table, profile, a=True) == NEVER
