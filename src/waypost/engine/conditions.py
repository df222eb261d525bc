"""A condition on one thing (a person as of an instant, or an event), compiled once into a closure.

Three-valued as in SQL: True, False, or None for NULL. What the operands are is the business of a `Source`; this file
knows the truth tables and how values compare (semantics.md 17).
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias, TypeVar, assert_never

from waypost.engine.properties import BOOLEAN, RANK, STRING, Scalar
from waypost.model.conditions import (
    Always,
    Among,
    And,
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
    Operand,
    Or,
    Path,
    Truth,
)
from waypost.model.time import Instant
from waypost.model.values import Value

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

Test: TypeAlias = Callable[[T, Instant], bool | None]
"""The truth of a condition about something as of an instant."""

Read: TypeAlias = Callable[[T, Instant], Scalar | None]
"""The value of an operand; None is NULL."""

COMPARE: Final[Mapping[Op, Callable[[Value, Value], bool]]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}
"""How two values of one type compare; Python orders texts by code point, as it should be."""

TURNED: Final[Mapping[Op, Op]] = {
    Op.EQ: Op.EQ,
    Op.NE: Op.NE,
    Op.LT: Op.GT,
    Op.LE: Op.GE,
    Op.GT: Op.LT,
    Op.GE: Op.LE,
}
"""The comparison that says the same with its sides exchanged."""


class Source(Protocol[T_contra]):
    """Where a condition's operands come from."""

    def read(self, operand: Operand) -> "Read[T_contra]":
        """What reads an operand."""

    def missing(self, operand: Operand) -> "Callable[[T_contra, Instant], bool]":
        """What says whether an operand IS NULL."""

    def against(self, operand: Operand, literal: Literal) -> "tuple[Read[T_contra], Scalar]":
        """What reads an operand for comparison with a literal, and the literal to compare with it.

        They are the value and the literal themselves, unless exactness wants both in another form (a quotient).
        """

    def comparing(self, op: Op, operand: Operand, literal: Literal) -> "Test[T_contra] | None":
        """A quicker test for comparing an operand with a literal than by reading its value, where there is one."""

    def has(self, path: Path, literal: Literal) -> "Test[T_contra]":
        """What says whether the list at `path` contains the literal."""

    def in_segment(self, name: str) -> "Test[T_contra]":
        """What says whether the person is in a segment."""


def compile_condition(condition: Condition, source: Source[T]) -> Test[T]:
    """A closure that gives the condition's truth."""
    match condition:
        case Always(value):
            return lambda thing, at: value
        case And(items):
            return _junction([compile_condition(item, source) for item in items], decisive=False)
        case Or(items):
            return _junction([compile_condition(item, source) for item in items], decisive=True)
        case Not(item):
            return _opposite(compile_condition(item, source))
        case Truth(operand):
            return _stands(source.read(operand))
        case Compare(op, left, right):
            return _compare(op, left, right, source)
        case Among(operand, literals):
            return _among([source.against(operand, literal) for literal in literals])
        case Like(operand, pattern):
            return _like(source.read(operand), like_pattern(pattern))
        case Missing(operand):
            return source.missing(operand)
        case Differs(left, right):
            return _differs(_compare(Op.EQ, left, right, source), source.read(left), source.read(right))
        case Has(path, literal):
            return source.has(path, literal)
        case InSegment(name):
            return source.in_segment(name)
        case _:
            assert_never(condition)


def scalar_of(literal: Literal) -> Scalar:
    """A literal as operands give their values."""
    return RANK[literal.type], literal.value


def _junction(tests: list[Test[T]], *, decisive: bool) -> Test[T]:
    """AND (decided by one FALSE) or OR (decided by one TRUE)."""
    if len(tests) == 2:
        return _pair(*tests, decisive=decisive)

    def test(thing: T, at: Instant) -> bool | None:
        known: bool | None = not decisive
        for item in tests:
            truth = item(thing, at)
            if truth is decisive:
                return decisive
            if truth is None:
                known = None
        return known

    return test


def _pair(first: Test[T], second: Test[T], *, decisive: bool) -> Test[T]:
    """The same of two, which is what most of them are of."""

    def test(thing: T, at: Instant) -> bool | None:
        one = first(thing, at)
        if one is decisive:
            return decisive
        other = second(thing, at)
        return other if other is decisive or one is not None else None

    return test


def _opposite(test: Test[T]) -> Test[T]:
    def opposite(thing: T, at: Instant) -> bool | None:
        truth = test(thing, at)
        return None if truth is None else not truth

    return opposite


def _stands(read: Read[T]) -> Test[T]:
    def stands(thing: T, at: Instant) -> bool | None:
        value = read(thing, at)
        return None if value is None or value[0] != BOOLEAN else bool(value[1])

    return stands


def _compare(op: Op, left: Operand, right: Operand, source: Source[T]) -> Test[T]:
    if isinstance(left, Literal) and not isinstance(right, Literal):
        left, right, op = right, left, TURNED[op]
    compare = COMPARE[op]
    if isinstance(right, Literal):
        quick = source.comparing(op, left, right)
        if quick is not None:
            return quick
        read, (rank, value) = source.against(left, right)

        def with_literal(thing: T, at: Instant) -> bool | None:
            one = read(thing, at)
            return None if one is None or one[0] != rank else compare(one[1], value)

        return with_literal
    first, second = source.read(left), source.read(right)

    def compares(thing: T, at: Instant) -> bool | None:
        one, other = first(thing, at), second(thing, at)
        return None if one is None or other is None or one[0] != other[0] else compare(one[1], other[1])

    return compares


def _among(choices: list[tuple[Read[T], Scalar]]) -> Test[T]:
    read = choices[0][0]
    ranks = {rank for _, (rank, _) in choices}
    literals = {literal for _, literal in choices}

    def among(thing: T, at: Instant) -> bool | None:
        value = read(thing, at)
        return None if value is None or value[0] not in ranks else value in literals

    return among


def _like(read: Read[T], pattern: re.Pattern[str]) -> Test[T]:
    def like(thing: T, at: Instant) -> bool | None:
        value = read(thing, at)
        if value is None or value[0] != STRING or not isinstance(value[1], str):
            return None
        return pattern.fullmatch(value[1]) is not None

    return like


def like_pattern(pattern: str) -> re.Pattern[str]:
    """LIKE's pattern as a regular expression for a full match: `%` is any text, `_` any one character."""
    parts = (".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in pattern)
    return re.compile("".join(parts), re.DOTALL)


def _differs(equal: Test[T], left: Read[T], right: Read[T]) -> Test[T]:
    """Never NULL. A list or an object has no value to compare, so it does not differ from what is missing."""

    def differs(thing: T, at: Instant) -> bool | None:
        if equal(thing, at) is True:
            return False
        return not (left(thing, at) is None and right(thing, at) is None)

    return differs
