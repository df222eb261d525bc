"""Cells: exact quotients and NULL, as DuckDB computes them."""

import operator
from fractions import Fraction
from random import Random

import duckdb
import ibis
import pyarrow as pa
import pytest

from waypost.batch.cells import Cell, Quotient, compare, differs, held, literal, number, quotient, rounded, single
from waypost.model.conditions import Literal, Op
from waypost.model.values import Type
from waypost.model.values import quotient as rounded_in_python
from waypost.runtime.extraction import MACROS

NUMBERS = ibis.table({"over": "int64", "under": "int64"}, "numbers")
VALUES = ibis.table({"n": "int64", "s": "string", "x": "int64"}, "vals")
COMPARE = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}
EDGES = (0, 1, -1, 2, -2, 3, 999_999, 10**6, -(10**6), 10**18, -(10**18))


def run(query: object, **tables: pa.Table) -> list[tuple[object, ...]]:
    """The rows of a query over these tables."""
    connection = duckdb.connect()
    for macro in MACROS:
        connection.execute(macro)
    for name, table in tables.items():
        connection.register(name, table)
    return connection.execute(ibis.to_sql(query, dialect="duckdb")).fetchall()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pairs() -> list[tuple[int, int]]:
    """Numerators and denominators, of every size and sign."""
    chance = Random(7)
    made = [(chance.randint(-(10**12), 10**12), chance.randint(-(10**6), 10**6)) for _ in range(200)]
    return made + [(over, under) for over in EDGES for under in EDGES]


def test_a_quotient_is_rounded_half_away_from_zero_in_millionths(pairs: list[tuple[int, int]]) -> None:
    table = pa.table({"over": [p[0] for p in pairs], "under": [p[1] for p in pairs]})
    query = NUMBERS.select("over", "under", shown=rounded(NUMBERS["over"], NUMBERS["under"]))
    for over, under, shown in run(query, numbers=table):
        assert isinstance(over, int)
        assert isinstance(under, int)
        if under == 0:
            assert shown is None
        else:
            assert shown == rounded_in_python(over, under * 10**6)


@pytest.mark.parametrize("op", list(Op))
@pytest.mark.parametrize("value", [0, 1, -1, 500_000, 10**6, -(10**6), 333_333])
def test_a_quotient_compares_exactly(op: Op, value: int, pairs: list[tuple[int, int]]) -> None:
    table = pa.table({"over": [p[0] for p in pairs], "under": [p[1] for p in pairs]})
    whole, rest = quotient(NUMBERS["over"], NUMBERS["under"])
    cell = Cell({Type.NUMBER: whole}, whole.isnull(), Quotient(whole, rest))
    query = NUMBERS.select("over", "under", truth=compare(op, cell, literal(Literal(value, Type.NUMBER))))
    for over, under, truth in run(query, numbers=table):
        assert isinstance(over, int)
        assert isinstance(under, int)
        exact = Fraction(over, under) if under else None
        expected = None if exact is None else COMPARE[op](exact, value)
        assert truth == expected, f"{over} / {under} {op} {value}"


def test_values_of_two_types_compare_to_null_and_differ() -> None:
    table = pa.table({"n": [1, None, None], "s": [None, "1", None], "x": [1, 1, 1]}, pa.schema(
        [("n", pa.int64()), ("s", pa.string()), ("x", pa.int64())]))  # fmt: skip
    either = Cell({Type.NUMBER: VALUES["n"], Type.STRING: VALUES["s"]}, VALUES["n"].isnull() & VALUES["s"].isnull())
    plain = single(Type.NUMBER, VALUES["x"])
    query = VALUES.select(equal=compare(Op.EQ, either, plain), differ=differs(either, plain))
    assert run(query, vals=table) == [(True, False), (None, True), (None, True)]


def test_nothing_does_not_differ_from_nothing() -> None:
    table = pa.table({"n": pa.array([None], pa.int64()), "s": pa.array([None], pa.string()), "x": pa.array([1])})
    query = VALUES.select(differ=differs(single(Type.NUMBER, VALUES["n"]), single(Type.STRING, VALUES["s"])))
    assert run(query, vals=table) == [(False,)]


def test_null_is_not_held() -> None:
    table = pa.table({"n": pa.array([None, 1], pa.int64()), "s": ["", ""], "x": [1, 1]})
    assert run(VALUES.select(member=held(VALUES["n"] == VALUES["x"])), vals=table) == [(False,), (True,)]


def test_a_constant_may_be_larger_than_64_bits() -> None:
    table = pa.table({"n": [1], "s": [""], "x": [1]})
    query = VALUES.select(less=VALUES["n"] < number(10**30), more=VALUES["n"] > number(-(10**30)))
    assert run(query, vals=table) == [(True, True)]
