"""A survey's `ask_when` as JSON, which the page evaluates while the person answers."""

from typing import assert_never

from waypost.model.conditions import (
    Age,
    Always,
    Among,
    And,
    AnswerOf,
    Compare,
    Condition,
    Differs,
    EventName,
    EventSource,
    Has,
    InSegment,
    Like,
    Literal,
    Missing,
    Not,
    Operand,
    Or,
    PropertyOf,
    ReachedOf,
    SignalOf,
    SinceTrait,
    StageOf,
    TookOf,
    TraitOf,
    Truth,
)
from waypost.model.values import Json, present


def asked_when(condition: Condition) -> Json:
    """The condition as nested JSON: `{"op": "<=", "left": {"answer": "ease"}, "right": {"value": 3}}`."""
    match condition:
        case Always(value):
            return {"value": value}
        case And(items):
            return {"op": "and", "items": [asked_when(item) for item in items]}
        case Or(items):
            return {"op": "or", "items": [asked_when(item) for item in items]}
        case Not(item):
            return {"op": "not", "item": asked_when(item)}
        case Truth(operand):
            return {"op": "truth", "item": _operand(operand)}
        case Compare(op, left, right):
            return {"op": op.value, "left": _operand(left), "right": _operand(right)}
        case Among(operand, literals):
            return {"op": "in", "item": _operand(operand), "values": [present(one.value, one.type) for one in literals]}
        case Like(operand, pattern):
            return {"op": "like", "item": _operand(operand), "pattern": pattern}
        case Missing(operand):
            return {"op": "missing", "item": _operand(operand)}
        case Differs(left, right):
            return {"op": "differs", "left": _operand(left), "right": _operand(right)}
        case Has() | InSegment():
            return {"value": None}
        case _:
            assert_never(condition)


def _operand(operand: Operand) -> Json:
    match operand:
        case AnswerOf(question):
            return {"answer": question}
        case Literal(value, type_):
            return {"value": present(value, type_)}
        case (
            SignalOf() | TraitOf() | SinceTrait() | PropertyOf() | EventName() | EventSource() | ReachedOf() | TookOf()
        ):
            return {"value": None}
        case StageOf() | Age():
            return {"value": None}
        case _:
            assert_never(operand)
