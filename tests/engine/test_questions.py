"""A survey's `ask_when` as the JSON that a page evaluates."""

import pytest

from waypost.engine.questions import asked_when
from waypost.model.conditions import (
    Always,
    Among,
    And,
    AnswerOf,
    Compare,
    Condition,
    Differs,
    InSegment,
    Like,
    Literal,
    Missing,
    Not,
    Op,
    Or,
    StageOf,
    Truth,
)
from waypost.model.values import Json, Type

EASE = AnswerOf("ease")
THREE = Literal(3_000_000, Type.NUMBER)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Compare(Op.LE, EASE, THREE), {"op": "<=", "left": {"answer": "ease"}, "right": {"value": 3}}),
        (Not(Missing(EASE)), {"op": "not", "item": {"op": "missing", "item": {"answer": "ease"}}}),
        (
            And((Always(True), Truth(EASE))),
            {"op": "and", "items": [{"value": True}, {"op": "truth", "item": {"answer": "ease"}}]},
        ),
        (Or((Always(False),)), {"op": "or", "items": [{"value": False}]}),
        (Among(EASE, (THREE,)), {"op": "in", "item": {"answer": "ease"}, "values": [3]}),
        (Like(EASE, "a%"), {"op": "like", "item": {"answer": "ease"}, "pattern": "a%"}),
        (Differs(EASE, THREE), {"op": "differs", "left": {"answer": "ease"}, "right": {"value": 3}}),
        (InSegment("x"), {"value": None}),
        (Truth(StageOf()), {"op": "truth", "item": {"value": None}}),
    ],
)
def test_each_condition(condition: Condition, said: Json) -> None:
    assert asked_when(condition) == said
