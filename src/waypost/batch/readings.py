"""The value of a signal, read in a row from the parts that `signals` and `passes` gathered there.

A row has `now`, and `signup` (NULL while it lies ahead). Values go into columns of their own, one a type that a value
may have, so that conditions and answers find them: `value_columns` names them, `cell` finds them.
"""

from collections.abc import Mapping
from functools import reduce
from typing import assert_never

import ibis
import ibis.expr.types as ir

from waypost.batch.cells import Cell, Quotient, any_of, boolean, constant, quotient, rounded, scaled, struct, when
from waypost.batch.selects import Log, is_disjoint, terms
from waypost.batch.signals import plus, types_of
from waypost.batch.tables import DTYPES, LETTERS, Simple
from waypost.model import signals as s
from waypost.model.values import MILLION, Type

Values = Mapping[Type, ir.Value]


def read(row: ir.Table, name: str, kind: Simple, log: Log) -> Values:
    """The value of a signal in a row that carries its parts, but for `avg` (see `fraction`)."""
    match kind:
        case s.Count() | s.Days() | s.Peak():
            return {Type.NUMBER: row[name].fill_null(0) * MILLION}
        case s.Distinct():
            return {Type.NUMBER: _distinct(row, name, kind, log) * MILLION}
        case s.Sum():
            found = f"{name}_over" in row.columns
            return {Type.NUMBER: row[f"{name}_over"].fill_null(0) if found else ibis.literal(0, "int64")}
        case s.Avg():
            return {Type.NUMBER: rounded(*fraction(row, name, kind, log))}
        case s.Min() | s.Max():
            return _first_type(row, name, reverse=isinstance(kind, s.Max))
        case s.Latest():
            if name in row.columns:
                return {t: struct(row[name])[letter] for t, letter in LETTERS.items()}
            letters = {t: f"{name}_{letter}" for t, letter in LETTERS.items()}
            return {t: row[column] for t, column in letters.items() if column in row.columns}
        case s.First() | s.Last():
            return {Type.INSTANT: row[name]}
        case s.Since():
            return {Type.INTERVAL: row["now"] - row[name]}
        case s.TimeTo(_, start, _):
            return {Type.INTERVAL: row[name] - (row["signup"] if start is None else row[f"{name}_start"])}
        case s.Sequence(steps, _):
            done = [
                boolean((row[f"{name}_{k}"] <= row["now"]).fill_null(False)).cast("int64") for k in range(len(steps))
            ]
            return {Type.NUMBER: reduce(plus, done) * MILLION}
        case _:
            assert_never(kind)


def fraction(row: ir.Table, name: str, kind: s.Avg | s.Ratio, log: Log) -> tuple[ir.Value, ir.Value]:
    """Numerator and denominator, whose quotient is the value in millionths."""
    match kind:
        case s.Avg():
            nothing = ibis.null("int64")
            found = f"{name}_over" in row.columns
            return (row[f"{name}_over"], row[f"{name}_under"]) if found else (nothing, nothing)
        case s.Ratio(numerator, denominator):
            over = read(row, f"{name}_above", numerator, log).get(Type.NUMBER, ibis.null("int64"))
            under = read(row, f"{name}_below", denominator, log).get(Type.NUMBER, ibis.null("int64"))
            return scaled(over), under
        case _:
            assert_never(kind)


def _distinct(row: ir.Table, name: str, kind: s.Distinct, log: Log) -> ir.Value:
    given = terms(log, kind)
    if len(given) == 1 or is_disjoint(kind.fields):
        return reduce(plus, [row[f"{name}_{LETTERS[type_]}"].fill_null(0) for type_ in types_of(given)])
    counts = []
    for type_ in types_of(given):
        lists = [row[f"{name}_{LETTERS[type_]}{i}"] for i, term in enumerate(given) if type_ in term.values]
        filled = [ibis.coalesce(one, ibis.literal([], f"array<{DTYPES[type_]}>")) for one in lists]
        counts.append(reduce(plus, filled).unique().length())
    return reduce(plus, counts)


def _first_type(row: ir.Table, name: str, *, reverse: bool) -> Values:
    """The extreme of the first type that has one: booleans sort before numbers before texts before instants."""
    letters = [(t, f"{name}_{letter}") for t, letter in LETTERS.items() if f"{name}_{letter}" in row.columns]
    found: dict[Type, ir.Value] = {}
    earlier: list[ir.BooleanValue] = []
    for type_, column in letters[::-1] if reverse else letters:
        found[type_] = row[column] if not earlier else when(~any_of(earlier), row[column])
        earlier.append(row[column].notnull())
    return found


def value_columns(row: ir.Table, prefix: str, signal: s.Signal, log: Log) -> dict[str, ir.Value]:
    """The columns of a signal's value in a row, to be found again by `cell`."""
    kind = signal.kind
    if isinstance(kind, s.Avg | s.Ratio):
        over, under = fraction(row, prefix, kind, log)
        whole, rest = quotient(over, under)
        return {f"{prefix}.n": rounded(over, under), f"{prefix}.whole": whole, f"{prefix}.rest": rest}
    return {f"{prefix}.{_letter(type_)}": value for type_, value in read(row, prefix, kind, log).items()}


def cell(row: ir.Table, prefix: str, signal: s.Signal) -> Cell:
    """The value of a signal in a row that has its value columns."""
    if isinstance(signal.kind, s.Avg | s.Ratio):
        shown = row[f"{prefix}.n"]
        return Cell({Type.NUMBER: shown}, shown.isnull(), Quotient(row[f"{prefix}.whole"], row[f"{prefix}.rest"]))
    types = (*LETTERS, Type.INTERVAL)
    values: dict[Type, ir.Value] = {
        t: row[f"{prefix}.{_letter(t)}"] for t in types if f"{prefix}.{_letter(t)}" in row.columns
    }
    return Cell(values, ~any_of([value.notnull() for value in values.values()]) if values else constant(True))


def _letter(type_: Type) -> str:
    return LETTERS.get(type_, "d")
