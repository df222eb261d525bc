"""Signals as aggregates of a person's events: which parts are gathered, and how a value is read from them.

The same parts serve two questions. As of one instant, they are gathered by one grouping of all events (`segments`); as
of every instant at which something can change, by window functions over a panel of such instants (`panels`). Sequences,
peaks and starts need a pass of their own: see `passes`. The twin of this file is `engine.signals`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final, assert_never
from typing import Literal as OneOf

import ibis
import ibis.expr.types as ir

from waypost.batch.cells import any_of, when
from waypost.batch.selects import Log, Term, Valued, chosen, is_disjoint, terms
from waypost.batch.tables import DTYPES, LETTERS, Simple
from waypost.model import signals as s
from waypost.model.time import Duration
from waypost.model.values import Type

How = OneOf["count", "days", "distinct", "sum", "min", "max", "latest", "gather"]


@dataclass(frozen=True, slots=True)
class Part:
    """One aggregate of a person's events: of `value` (`dtype`) over the rows `where`, the last `within` if it rolls."""

    name: str
    how: How
    value: ir.Value
    dtype: str
    where: ir.BooleanValue
    within: Duration | None = None


MIXED: Final = f"struct<{', '.join(f'{letter}: {DTYPES[type_]}' for type_, letter in LETTERS.items())}>"
"""A value of an undeclared type."""


def parts(log: Log, name: str, kind: Simple) -> list[Part]:
    """What must be gathered for a signal; nothing for kinds that are computed by a pass of their own."""
    window = kind.window if not isinstance(kind, s.Peak) else None
    within = window.duration if isinstance(window, s.Within) else None
    at = log.events["at"]
    match kind:
        case s.Count(select, _):
            return [Part(name, "count", at, "int64", chosen(log, select, window), within)]
        case s.Days(select, _):
            return [Part(name, "days", log.events["day"], "int64", chosen(log, select, window), within)]
        case s.First(select, _):
            return [Part(name, "min", at, "int64", chosen(log, select, window), within)]
        case s.Last(select, _) | s.Since(select, _):
            return [Part(name, "max", at, "int64", chosen(log, select, window), within)]
        case s.TimeTo(select, None, _):
            after_signup = chosen(log, select, window) & (log.events["lapse"] >= 0)
            return [Part(name, "min", at, "int64", after_signup, within)]
        case s.TimeTo() | s.Sequence() | s.Peak():
            return []
        case s.Distinct() | s.Sum() | s.Avg() | s.Min() | s.Max() | s.Latest():
            return _valued(log, name, kind, within)
        case _:
            assert_never(kind)


def _valued(log: Log, name: str, kind: Valued, within: Duration | None) -> list[Part]:
    """The parts of kinds that look at properties."""
    given = terms(log, kind)
    match kind:
        case s.Distinct():
            if len(given) > 1 and not is_disjoint(kind.fields):
                return _gathered(given, name, within)
            where, values = _last_of(given)
            return [Part(name + f"_{LETTERS[t]}", "distinct", v, DTYPES[t], where, within) for t, v in values.items()]
        case s.Sum() | s.Avg():
            numbers = [(term.where, term.values[Type.NUMBER]) for term in given if Type.NUMBER in term.values]
            if not numbers:
                return []
            where = any_of([one & value.notnull() for one, value in numbers])
            value, count = numbers[0][1], numbers[0][1].notnull().cast("int64")
            if len(numbers) > 1:
                value = reduce(plus, [when(one, number).fill_null(0) for one, number in numbers])
                count = reduce(
                    plus, [(one & number.notnull()).fill_null(False).cast("int64") for one, number in numbers]
                )
            sums = [Part(f"{name}_over", "sum", value, "int64", where, within)]
            return (
                sums
                if isinstance(kind, s.Sum)
                else [*sums, Part(f"{name}_under", "sum", count, "int64", where, within)]
            )
        case s.Min() | s.Max():
            how: How = "min" if isinstance(kind, s.Min) else "max"
            where, extremes = _extremes(given, least=how == "min")
            return [Part(name + f"_{LETTERS[t]}", how, v, DTYPES[t], where, within) for t, v in extremes.items()]
        case s.Latest():
            where, values = _last_of(given)
            where = where & any_of([value.notnull() for value in values.values()])
            if len(values) == 1:
                ((type_, value),) = values.items()
                return [Part(name + f"_{LETTERS[type_]}", "latest", value, DTYPES[type_], where, within)]
            mixed = ibis.struct({LETTERS[t]: values.get(t, ibis.null(DTYPES[t])) for t in LETTERS})
            return [Part(name, "latest", mixed, MIXED, where, within)]
        case _:
            assert_never(kind)


@ibis.udf.agg.builtin(name="arg_max", signature=(("int64", "int64"), "int64"))
def _latest_number(value: ir.Value, place: ir.Value) -> None:
    """The value of the row with the greatest place, of those that have one."""


@ibis.udf.agg.builtin(name="arg_max", signature=(("string", "int64"), "string"))
def _latest_text(value: ir.Value, place: ir.Value) -> None:
    """The same of texts."""


@ibis.udf.agg.builtin(name="arg_max", signature=(("boolean", "int64"), "boolean"))
def _latest_boolean(value: ir.Value, place: ir.Value) -> None:
    """The same of booleans."""


@ibis.udf.agg.builtin(name="arg_max", signature=((MIXED, "int64"), MIXED))
def _latest_mixed(value: ir.Value, place: ir.Value) -> None:
    """The same of values of several types."""


_LATEST = {"int64": _latest_number, "string": _latest_text, "boolean": _latest_boolean, MIXED: _latest_mixed}


def gathered(part: Part, value: ir.Value, place: ir.Value, where: ir.BooleanValue | None = None) -> ir.Value:
    """The aggregate of a part over the rows `where`; over a window, if `.over` follows."""
    match part.how:
        case "count":
            return value.count(where=where)
        case "days" | "distinct":
            return value.nunique(where=where)
        case "sum":
            return value.sum(where=where)
        case "min":
            return value.min(where=where)
        case "max":
            return value.max(where=where)
        case "latest":
            return (
                _LATEST[part.dtype](value, place) if where is None else _LATEST[part.dtype](value, place, where=where)
            )
        case "gather":
            return value.collect(where=where, distinct=True)
        case _:
            assert_never(part.how)


def plus(one: ir.Value, other: ir.Value) -> ir.Value:
    """The sum of two values."""
    return one + other


def types_of(given: Sequence[Term]) -> list[Type]:
    """The types that the terms' values may have."""
    return [type_ for type_ in LETTERS if any(type_ in term.values for term in given)]


def _last_of(given: Sequence[Term]) -> tuple[ir.BooleanValue, dict[Type, ir.Value]]:
    """One value a row: that of the last term that gives a scalar."""
    if len(given) == 1:
        return given[0].where, dict(given[0].values)
    gives = [term.where & any_of([value.notnull() for value in term.values.values()]) for term in given]
    branches = list(zip(gives, given, strict=True))[::-1]
    values = {
        type_: ibis.cases(*((where, term.values.get(type_, ibis.null(DTYPES[type_]))) for where, term in branches))
        for type_ in types_of(given)
    }
    return any_of(gives), values


def _extremes(given: Sequence[Term], *, least: bool) -> tuple[ir.BooleanValue, dict[Type, ir.Value]]:
    """The least or greatest value of each type in a row."""
    if len(given) == 1:
        return given[0].where, dict(given[0].values)
    pick = ibis.least if least else ibis.greatest
    values = {
        type_: pick(*(when(term.where, term.values[type_]) for term in given if type_ in term.values))
        for type_ in types_of(given)
    }
    return any_of([term.where for term in given]), values


def _gathered(given: Sequence[Term], name: str, within: Duration | None) -> list[Part]:
    """Lists of the values, where one event may give several."""
    return [
        Part(f"{name}_{LETTERS[t]}{i}", "gather", value, DTYPES[t], term.where & value.notnull(), within)
        for i, term in enumerate(given)
        for t, value in term.values.items()
    ]
