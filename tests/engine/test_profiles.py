"""The stored form of a profile."""

from dataclasses import replace

from tests.engine.small import ADA, HASH, definitions, event, identify, number
from waypost.engine import observe, profiles
from waypost.engine.profiles import Profile, Spells
from waypost.engine.program import Program, compile_program
from waypost.model.conditions import And, Compare, Op, SignalOf
from waypost.model.journeys import Journey
from waypost.model.people import Watch
from waypost.model.signals import Count, Select
from waypost.model.values import Json, Type

A = (Count(Select(("a",))), Type.NUMBER)


def program(hash_: str = HASH) -> Program:
    """A program with one watched condition and more atoms than 64 bits have room for."""
    many = {f"s{limit}": And((Compare(Op.GE, SignalOf("a"), number(limit)),)) for limit in range(50)}
    base = definitions({"a": A}, segments=many)
    journey = Journey("j", (), Compare(Op.GE, SignalOf("a"), number(1)))
    return compile_program(replace(base, hash=hash_, journeys={"j": journey}))


def ada(of: Program, **traits: Json) -> Profile:
    """Ada after an identify and three events."""
    log = [identify(0, **traits), *(event(at) for at in (1, 2, 3))]
    profile = observe.fold(of, ADA, log, 3)
    assert profile is not None
    return profile


def test_what_is_loaded_goes_on_as_what_was_dumped() -> None:
    of = program()
    one = ada(of, plan="pro", big=2**80, deep={"a": [1, None, "ü"]})
    other = profiles.load(of, profiles.dump(one))
    assert other is not None
    assert other == one
    assert other.watch == {"journey.j.for": Watch(1, 1, None)}
    assert observe.observe(of, one, [event(9)]) == observe.observe(of, other, [event(9)])
    assert other == one
    assert profiles.dump(other) == profiles.dump(one)


def test_another_definition_set_is_refused() -> None:
    stored = profiles.dump(ada(program()))
    assert profiles.load(program(HASH[:-1] + "0"), stored) is None
    assert profiles.load(program(), b"") is None
    assert profiles.load(program(), stored[:-1]) is None


def test_a_condition_that_was_never_true_has_an_empty_watch() -> None:
    spells = Spells()
    assert spells["step.tip.show_when"] == Watch()
    assert spells == {}


def test_a_branch_can_move_on_alone() -> None:
    of = program()
    one = ada(of)
    branch = one.branch()
    branch.watch["journey.j.for"].since = None
    branch.reached.append(7)
    branch.truths = 0
    assert one == ada(of)
