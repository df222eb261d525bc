"""Conditions in three-valued logic, for one person whose traits are of every type."""

import pytest

from tests.batch.logs import ADA, defined, event, identify, number, states
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.time import DAY, parse_instant
from waypost.model.values import Json, Type

T0 = parse_instant("2026-01-05T09:00:00Z") or 0
TRAITS: dict[str, Json] = {
    "n": 2,
    "s": "pé_x",
    "b": True,
    "list": [1, "p", None],
    "null": None,
    "big": 10**13,
    "o": {"in": 1, "0": 2},
}


def trait(*path: str) -> c.TraitOf:
    """`trait.PATH`."""
    return c.TraitOf(path)


def text(value: str) -> c.Literal:
    """A text as a literal."""
    return c.Literal(value, Type.STRING)


NULL = c.Compare(c.Op.EQ, trait("none"), number(1))
TRUE, FALSE = c.Always(True), c.Always(False)

EXAMPLES: list[tuple[c.Condition, bool | None]] = [
    (c.And((TRUE, NULL)), None),
    (c.And((FALSE, NULL)), False),
    (c.Or((TRUE, NULL)), True),
    (c.Or((FALSE, NULL)), None),
    (c.Not(NULL), None),
    (c.Truth(trait("b")), True),
    (c.Truth(trait("n")), None),
    (c.Compare(c.Op.EQ, trait("n"), number(2)), True),
    (c.Compare(c.Op.NE, trait("n"), number(2)), False),
    (c.Compare(c.Op.EQ, trait("n"), text("2")), None),
    (c.Compare(c.Op.NE, trait("list"), text("2")), None),
    (c.Compare(c.Op.LT, trait("s"), text("q")), True),
    (c.Compare(c.Op.LT, number(1), trait("n")), True),
    (c.Compare(c.Op.EQ, trait("n"), trait("s")), None),
    (c.Compare(c.Op.EQ, trait("n"), trait("n")), True),
    (c.Compare(c.Op.EQ, trait("big"), number(10**13)), None),
    (c.Among(trait("n"), (number(1), number(2))), True),
    (c.Among(trait("n"), (number(1),)), False),
    (c.Among(trait("s"), (number(1),)), None),
    (c.Not(c.Among(trait("none"), (number(1),))), None),
    (c.Like(trait("s"), "p%"), True),
    (c.Like(trait("s"), "p__x"), True),
    (c.Like(trait("s"), "P%"), False),
    (c.Like(trait("n"), "%"), None),
    (c.Missing(trait("none")), True),
    (c.Missing(trait("null")), True),
    (c.Missing(trait("big")), True),
    (c.Missing(trait("list")), False),
    (c.Missing(trait("o", "in")), False),
    (c.Missing(trait("list", "0")), True),
    (c.Compare(c.Op.EQ, trait("o", "0"), number(2)), True),
    (c.Missing(c.SignalOf("latest")), True),
    (c.Differs(trait("n"), number(2)), False),
    (c.Differs(trait("n"), text("2")), True),
    (c.Differs(trait("none"), number(2)), True),
    (c.Differs(trait("none"), trait("null")), False),
    (c.Differs(trait("list"), trait("none")), False),
    (c.Has(("list",), number(1)), True),
    (c.Has(("list",), text("1")), False),
    (c.Has(("list",), text("p")), True),
    (c.Has(("list",), c.Literal(True, Type.BOOLEAN)), False),
    (c.Has(("none",), number(1)), False),
    (c.Has(("s",), text("p")), False),
    (c.InSegment("s0"), False),
    (c.Compare(c.Op.GT, c.SinceTrait(("null",)), c.Literal(0, Type.INTERVAL)), None),
    (c.Compare(c.Op.GT, c.SinceTrait(("list",)), c.Literal(0, Type.INTERVAL)), True),
    (c.Compare(c.Op.LT, c.Age(), c.Literal(0, Type.INTERVAL)), None),
]


@pytest.fixture(scope="module")
def members() -> frozenset[str]:
    """Who the person is of `is true`, `is false` of each example."""
    conditions: dict[str, c.Condition] = {}
    for place, (condition, _) in enumerate(EXAMPLES):
        conditions[f"s{place}"] = condition
        conditions[f"not{place}"] = c.Not(condition)
    latest: dict[str, s.Kind] = {"latest": s.Latest((s.Field("a", ("list",)),))}
    log = [event("a", T0, {"list": [1]}), identify(T0, TRAITS)]
    return states(defined(latest, segments=conditions), log, T0 + DAY)[ADA].segments


@pytest.mark.parametrize("place", range(len(EXAMPLES)))
def test_a_condition_is_true_false_or_null(place: int, members: frozenset[str]) -> None:
    condition, expected = EXAMPLES[place]
    assert f"s{place}" in members if expected is True else f"s{place}" not in members, condition
    assert f"not{place}" in members if expected is False else f"not{place}" not in members, condition


def test_a_where_can_look_at_its_own_event_only() -> None:
    where = c.Compare(c.Op.EQ, c.StageOf(), text("new"))
    kinds: dict[str, s.Kind] = {"n": s.Count(s.Select(("a",), where))}
    with pytest.raises(ValueError, match="looks at one event"):
        states(defined(kinds), [event("a", T0)], T0)
