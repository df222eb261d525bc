"""Cells: one value of a row in a query, a column a type that it may have; at most one of them is not NULL.

NULL is written out with care here: ibis renders `x == NULL` as IS NULL, and has neither 128-bit integers nor an exact
integer division. For these the engine supplies functions: `waypost_wide(x)`, and `waypost_divide(a, b)`, which cuts
towards zero; `waypost_bit(n)` and `waypost_bits(x)`; and `waypost_now()`, so that a query is written once for every
instant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import ibis
import ibis.expr.types as ir

from waypost.batch.tables import DTYPES, LETTERS
from waypost.model.conditions import Literal, Op
from waypost.model.time import Duration
from waypost.model.values import MILLION, Type

FOREVER: Final = 10**18
"""Longer than any two instants lie apart (the years 1 to 9999), and short enough to be added to one in 64 bits."""


@ibis.udf.scalar.builtin(name="waypost_wide", signature=(("int64",), "int64"))
def wide(value: ir.Value) -> None:
    """The number as an integer of 128 bits."""


@ibis.udf.scalar.builtin(name="waypost_divide", signature=(("int64", "int64"), "int64"))
def divide(numerator: ir.Value, denominator: ir.Value) -> None:
    """The integer quotient, cut towards zero."""


@ibis.udf.scalar.builtin(name="waypost_bit", signature=(("int64",), "int64"))
def bit(place: ir.Value) -> None:
    """An integer of 128 bits, of which the one at the place is set; NULL beyond 0 to 126."""


@ibis.udf.scalar.builtin(name="waypost_bits", signature=(("int64",), "int64"))
def bits(value: ir.Value) -> None:
    """How many bits of an integer of 128 are set."""


@ibis.udf.scalar.builtin(name="waypost_now", signature=((), "int64"))
def asked() -> None:
    """The instant that a question is about."""


def number(value: int) -> ir.Value:
    """A constant integer, however large."""
    small = -(2**63) <= value < 2**63
    return ibis.literal(value, "int64") if small else ibis.literal(Decimal(value), "decimal(38, 0)")


def capped(duration: Duration) -> int:
    """A duration that can be added to an instant; beyond all time there is no difference."""
    return min(duration, FOREVER)


def constant(value: bool) -> ir.BooleanValue:
    """TRUE or FALSE."""
    return boolean(ibis.literal(value, "boolean"))


def boolean(value: ir.Value) -> ir.BooleanValue:
    """The same value, known to be boolean."""
    if not isinstance(value, ir.BooleanValue):
        raise TypeError(f"a boolean was expected, not {value!r}")
    return value


def struct(value: ir.Value) -> ir.StructValue:
    """The same value, known to be a struct."""
    if not isinstance(value, ir.StructValue):
        raise TypeError(f"a struct was expected, not {value!r}")
    return value


def held(value: ir.BooleanValue) -> ir.BooleanValue:
    """TRUE where the value is TRUE, else FALSE: what makes a member."""
    return boolean(value.fill_null(False))


def when(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    """The value where the condition is TRUE, else NULL."""
    return ibis.cases((condition, value))


def all_of(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """SQL's AND; TRUE of none."""
    result = constant(True) if not conditions else conditions[0]
    for condition in conditions[1:]:
        result = result & condition
    return result


def any_of(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """SQL's OR; FALSE of none."""
    result = constant(False) if not conditions else conditions[0]
    for condition in conditions[1:]:
        result = result | condition
    return result


@dataclass(frozen=True, slots=True)
class Quotient:
    """An exact quotient of millionths: `whole` cut towards zero, and `rest`, which has the sign of what was cut off.

    So every comparison with a literal is exact without a product that might not fit.
    """

    whole: ir.Value
    rest: ir.Value


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. `missing` is SQL's IS NULL: a list or an object has no column, and yet is not missing."""

    values: Mapping[Type, ir.Value]
    missing: ir.BooleanValue
    quotient: Quotient | None = None


def single(type_: Type, value: ir.Value) -> Cell:
    """A cell whose value has one possible type."""
    return Cell({type_: value}, value.isnull())


def literal(one: Literal) -> Cell:
    """A constant."""
    value = number(one.value) if type(one.value) is int else ibis.literal(one.value, DTYPES[one.type])
    return Cell({one.type: value}, constant(False))


def cell_at(row: ir.Table, prefix: str, type_: Type) -> Cell:
    """The cell whose columns (`n`, `s`, `b`, `t`, `set`) have the prefix; of one type where that was declared."""
    types = LETTERS if type_ is Type.ANY else {type_: LETTERS[type_]}
    values: dict[Type, ir.Value] = {each: row[prefix + letter] for each, letter in types.items()}
    missing = ~held(boolean(row[prefix + "set"])) if type_ is Type.ANY else values[type_].isnull()
    return Cell(values, missing)


def compare(op: Op, left: Cell, right: Cell) -> ir.BooleanValue:
    """One cell against another; NULL where either is NULL or they have no type in common."""
    if left.quotient is not None:
        return _compare_quotient(op, left.quotient, right.values[Type.NUMBER])
    if right.quotient is not None:
        return _compare_quotient(_TURNED[op], right.quotient, left.values[Type.NUMBER])
    results = [_operate(op, left.values[type_], right.values[type_]) for type_ in left.values if type_ in right.values]
    if not results:
        return boolean(ibis.null("boolean"))
    return results[0] if len(results) == 1 else boolean(ibis.coalesce(*results))


def differs(left: Cell, right: Cell) -> ir.BooleanValue:
    """IS DISTINCT FROM: never NULL; a list or an object counts as NULL."""
    types = [type_ for type_ in (*LETTERS, Type.INTERVAL) if type_ in left.values or type_ in right.values]
    return any_of([~_identical(left, right, type_) for type_ in types])


def _identical(left: Cell, right: Cell, type_: Type) -> ir.BooleanValue:
    nothing = ibis.null(DTYPES[type_])
    return left.values.get(type_, nothing).identical_to(right.values.get(type_, nothing))


_TURNED: Final = {Op.EQ: Op.EQ, Op.NE: Op.NE, Op.LT: Op.GT, Op.LE: Op.GE, Op.GT: Op.LT, Op.GE: Op.LE}


def _operate(op: Op, left: ir.Value, right: ir.Value | int) -> ir.BooleanValue:
    match op:
        case Op.EQ:
            return left == right
        case Op.NE:
            return left != right
        case Op.LT:
            return left < right
        case Op.LE:
            return left <= right
        case Op.GT:
            return left > right
        case Op.GE:
            return left >= right


def _compare_quotient(op: Op, quotient: Quotient, right: ir.Value) -> ir.BooleanValue:
    """`whole` decides, and where it is the literal itself, what was cut off."""
    whole, level = quotient.whole, _operate(op, quotient.rest, 0)
    if op is Op.EQ:
        return (whole == right) & level
    if op is Op.NE:
        return (whole != right) | level
    strict = whole > right if op in {Op.GT, Op.GE} else whole < right
    return strict | ((whole == right) & level)


def quotient(over: ir.Value, under: ir.Value) -> tuple[ir.Value, ir.Value]:
    """`over / under` as (whole, rest), NULL where the divisor is 0 or either is NULL."""
    positive = under > 0
    above, below = wide(boolean(positive).ifelse(over, -over)), wide(under.abs().nullif(0))
    whole = divide(above, below)
    return whole, above - whole * below


def rounded(over: ir.Value, under: ir.Value) -> ir.Value:
    """`over / under`, rounded half away from zero; NULL where the divisor is 0 or either is NULL."""
    below = wide(under.abs().nullif(0))
    size = divide(wide(over.abs()) * 2 + below, below * 2)
    return boolean((over < 0) == (under < 0)).ifelse(size, -size)


def scaled(value: ir.Value) -> ir.Value:
    """A number scaled so that its quotient by another comes out in millionths."""
    return wide(value) * MILLION
