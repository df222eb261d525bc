"""SQL's truth tables, and how values compare."""

import itertools

import pytest

from tests.engine.small import ADA, definitions, event, identify, interval, number, text
from waypost.engine import observe
from waypost.engine.conditions import like_pattern
from waypost.engine.profiles import Profile
from waypost.engine.program import Program, compile_program
from waypost.model.conditions import (
    Age,
    Always,
    Among,
    And,
    AnswerOf,
    Compare,
    Condition,
    Differs,
    Has,
    InSegment,
    Like,
    Literal,
    Missing,
    Not,
    Op,
    Or,
    ReachedOf,
    SignalOf,
    SinceTrait,
    StageOf,
    TookOf,
    TraitOf,
    Truth,
)
from waypost.model.signals import Count, Field, Latest, Ratio, Select
from waypost.model.values import Json, Type

TRAITS: dict[str, Json] = {
    "yes": True,
    "no": False,
    "n": 2,
    "plan": "pro",
    "list": ["a", 1, True, None],
    "deep": {"in": {"side": "x"}},
    "huge": 10**13,
}
YES, NO, NULL = Truth(TraitOf(("yes",))), Truth(TraitOf(("no",))), Truth(TraitOf(("none",)))
TRUTHS: dict[bool | None, Condition] = {True: YES, False: NO, None: NULL}


def trait(name: str) -> TraitOf:
    """A trait by its name."""
    return TraitOf((name,))


@pytest.fixture(scope="module")
def program() -> Program:
    """Some of everything that a condition may look at."""
    return compile_program(
        definitions(
            {
                "done": (Count(Select(("a",))), Type.NUMBER),
                "share": (Ratio(Count(Select(("a",))), Count(Select(("any",)))), Type.NUMBER),
                "last": (Latest((Field("any", ("x",)),)), Type.ANY),
            },
            milestones={"setup": Compare(Op.GE, SignalOf("done"), number(2)), "late": Always(False)},
            segments={"in": Always(True), "out": NULL},
            stages={"low": Compare(Op.LT, SignalOf("done"), number(1)), "high": Always(True)},
            signup="a",
        ),
        also=[Compare(Op.GE, SinceTrait(("plan",)), interval(0))],
    )


@pytest.fixture(scope="module")
def ada(program: Program) -> Profile:
    """Ada as of 40: she signed up at 10 and was set up at 20."""
    log = [event(10), event(20), event(30, "b", {"x": "u"}), identify(40, **TRAITS)]
    profile = observe.fold(program, ADA, log, 40)
    assert profile is not None
    return profile


def test_connectives_are_three_valued(program: Program, ada: Profile) -> None:
    for one, other in itertools.product(TRUTHS, TRUTHS):
        both = And((TRUTHS[one], TRUTHS[other]))
        either = Or((TRUTHS[one], TRUTHS[other]))
        known = None if None in (one, other) else True
        assert observe.truth(program, ada, both, 40) is (False if False in (one, other) else known)
        assert observe.truth(program, ada, either, 40) is (True if True in (one, other) else known and False)
    assert [observe.truth(program, ada, Not(TRUTHS[one]), 40) for one in TRUTHS] == [False, True, None]


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        (Compare(Op.EQ, trait("plan"), text("pro")), True),
        (Compare(Op.EQ, text("pro"), trait("plan")), True),
        (Compare(Op.LT, number(1), trait("n")), True),
        (Compare(Op.GT, number(1), trait("n")), False),
        # A value counts only where it has the literal's type.
        (Compare(Op.EQ, trait("n"), text("2")), None),
        (Compare(Op.NE, trait("yes"), number(1)), None),
        (Compare(Op.EQ, trait("n"), trait("plan")), None),
        (Compare(Op.EQ, trait("none"), trait("plan")), None),
        (Compare(Op.LT, text("Z"), text("a")), True),
        (Compare(Op.GE, trait("yes"), Literal(False, Type.BOOLEAN)), True),
        (Compare(Op.EQ, TraitOf(("deep", "in", "side")), text("x")), True),
        (Compare(Op.EQ, TraitOf(("plan", "in")), text("x")), None),
        (Truth(trait("n")), None),
        (Among(trait("plan"), (text("free"), text("pro"))), True),
        (Among(trait("plan"), (text("free"),)), False),
        (Among(trait("n"), (text("2"),)), None),
        (Not(Among(trait("none"), (text("2"),))), None),
        (Like(trait("plan"), "p_o"), True),
        (Like(trait("plan"), "P%"), False),
        (Like(trait("n"), "%"), None),
        (Missing(trait("none")), True),
        (Missing(trait("huge")), True),
        (Missing(trait("list")), False),
        (Missing(trait("deep")), False),
        (Missing(trait("plan")), False),
        (Differs(trait("plan"), text("pro")), False),
        (Differs(trait("none"), text("pro")), True),
        (Differs(trait("n"), text("2")), True),
        (Differs(trait("none"), trait("nothing")), False),
        (Differs(trait("list"), text("a")), True),
        (Has(("list",), text("a")), True),
        (Has(("list",), number(1)), True),
        (Has(("list",), text("1")), False),
        (Has(("plan",), text("pro")), False),
        (Has(("none",), text("pro")), False),
        (InSegment("in"), True),
        (InSegment("out"), False),
        (Truth(ReachedOf("setup")), True),
        (Truth(ReachedOf("late")), False),
        (Compare(Op.EQ, TookOf("setup"), interval(10)), True),
        (Compare(Op.LT, TookOf("late"), interval(10)), None),
        (Compare(Op.EQ, StageOf(), text("high")), True),
        (Compare(Op.EQ, Age(), interval(30)), True),
        (Compare(Op.EQ, SinceTrait(("plan",)), interval(0)), True),
        (Compare(Op.GT, SignalOf("share"), number(0.666666)), True),
        (Compare(Op.EQ, SignalOf("share"), number(0.666667)), False),
        (Compare(Op.EQ, SignalOf("last"), text("u")), True),
        (Compare(Op.EQ, SignalOf("last"), number(1)), None),
        (Truth(AnswerOf("ease")), None),
        (Always(True), True),
    ],
)
def test_leaves(program: Program, ada: Profile, condition: Condition, truth: bool | None) -> None:
    assert observe.truth(program, ada, condition, 40) is truth


def test_a_quotient_is_shown_rounded_and_compared_exactly(program: Program, ada: Profile) -> None:
    assert observe.view(program, ada, 40).signals["share"] == 666_667
    assert observe.value(program, ada, SignalOf("share"), 40) == (1, 666_667)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("a%", ["a", "abc", "a\nb"], ["A", "ba"]),
        ("_", ["x", "%"], ["", "xy"]),
        ("100%.", ["100.", "100%."], ["100", "1000"]),
        ("[a]", ["[a]"], ["a"]),
    ],
)
def test_like(pattern: str, yes: list[str], no: list[str]) -> None:
    compiled = like_pattern(pattern)
    assert all(compiled.fullmatch(one) for one in yes)
    assert not any(compiled.fullmatch(one) for one in no)


def test_a_growing_interval_compares_with_literals_only() -> None:
    since_both = Compare(Op.LT, SinceTrait(("a",)), SinceTrait(("b",)))
    with pytest.raises(ValueError, match="only be compared with a literal"):
        compile_program(definitions(segments={"odd": since_both}))


def test_a_trait_nobody_asked_the_instant_of_is_named(program: Program, ada: Profile) -> None:
    with pytest.raises(ValueError, match="since_trait of 'other' is asked nowhere"):
        observe.truth(program, ada, Missing(SinceTrait(("other",))), 40)
