"""The closed tree of conditions: the waist of the house.

`definitions` writes it from SQL, `engine` evaluates it for one person, `batch` turns it into a query. A new kind is
added here first; the type check then names every place that must handle it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from waypost.model.values import Type, Value

Path = tuple[str, ...]
"""Keys from the outermost inwards: `trait."a"."b"` is `("a", "b")`."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: number in millionths, text, boolean, instant or interval in microseconds."""

    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class SignalOf:
    """The value of a signal."""

    name: str


@dataclass(frozen=True, slots=True)
class TraitOf:
    """`trait.NAME`: the value of the latest identify that carries it."""

    path: Path


@dataclass(frozen=True, slots=True)
class SinceTrait:
    """`since_trait.NAME`: the interval since the trait took its present value."""

    path: Path


@dataclass(frozen=True, slots=True)
class PropertyOf:
    """A property of the event, in `where:`; `type` is as declared, ANY where nobody declared it."""

    path: Path
    type: Type = Type.ANY


@dataclass(frozen=True, slots=True)
class EventName:
    """`event` in `where:`, the name as defined (not as an alternative spelling sent it)."""


@dataclass(frozen=True, slots=True)
class EventSource:
    """`source` in `where:`."""


@dataclass(frozen=True, slots=True)
class ReachedOf:
    """`reached.MILESTONE`: TRUE from the milestone's instant on, FALSE before, never NULL."""

    name: str


@dataclass(frozen=True, slots=True)
class TookOf:
    """`took.MILESTONE`: the interval from signup to the milestone; NULL before it, or without a signup."""

    name: str


@dataclass(frozen=True, slots=True)
class StageOf:
    """`stage`: the name of the stage the person is on."""


@dataclass(frozen=True, slots=True)
class Age:
    """`age`: the interval since signup; NULL without one."""


@dataclass(frozen=True, slots=True)
class AnswerOf:
    """`answer.QUESTION` in a survey's `ask_when`: what was answered so far in the same survey."""

    question: str


Operand = (
    SignalOf
    | TraitOf
    | SinceTrait
    | PropertyOf
    | EventName
    | EventSource
    | ReachedOf
    | TookOf
    | StageOf
    | Age
    | AnswerOf
    | Literal
)


class Op(StrEnum):
    """Comparisons."""

    EQ = "="
    NE = "<>"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True)
class Always:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class And:
    """SQL's three-valued AND of one or more conditions."""

    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """SQL's three-valued OR of one or more conditions."""

    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """SQL's three-valued NOT."""

    item: "Condition"


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean operand standing alone, as in `NOT reached.setup`. A value that is no boolean is NULL."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands of one type compared; NULL where either is NULL, or where ANY values differ in type.

    Texts compare by code point. `avg` and `ratio` signals compare with literals, exactly, by cross-multiplication.
    BETWEEN is written as two comparisons.
    """

    op: Op
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Among:
    """`x IN (…)`: a non-empty list of literals of one type, none of them NULL."""

    operand: Operand
    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """`x LIKE 'pattern'` with `%` and `_`, case-sensitive, no escape."""

    operand: Operand
    pattern: str


@dataclass(frozen=True, slots=True)
class Missing:
    """`x IS NULL`. An ANY property or trait that is a list or an object is not NULL."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Differs:
    """`a IS DISTINCT FROM b`: never NULL; two NULLs do not differ."""

    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Has:
    """`has(trait.NAME, literal)`: the trait is a list with the literal in it; FALSE where it is missing or no list."""

    path: Path
    literal: Literal


@dataclass(frozen=True, slots=True)
class InSegment:
    """`in_segment('NAME')`: TRUE where the segment's condition is TRUE, else FALSE."""

    name: str


Condition = Always | And | Or | Not | Truth | Compare | Among | Like | Missing | Differs | Has | InSegment


def operands(condition: Condition) -> Iterator[Operand | InSegment | Has]:
    """Every leaf that a condition looks at, from left to right: its operands, `in_segment` and `has`."""
    match condition:
        case Always():
            return
        case And(items) | Or(items):
            for item in items:
                yield from operands(item)
        case Not(item):
            yield from operands(item)
        case Truth(operand) | Among(operand, _) | Like(operand, _) | Missing(operand):
            yield operand
        case Compare(_, left, right) | Differs(left, right):
            yield left
            yield right
        case Has() | InSegment():
            yield condition
