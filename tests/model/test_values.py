"""Numbers in millionths, JSON scalars, quotients, and values as JSON shows them."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.model.time import DAY
from waypost.model.values import LIMIT, MILLION, Json, Type, canonical, millionths, present, quotient, scalar


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3 * MILLION),
        (0.1, 100_000),
        (0.0000005, 1),
        (-0.0000005, -1),
        (0.00000049, 0),
        (1e12, LIMIT),
        (10**12, LIMIT),
        (10**12 + 1, None),
        (-(10**12) - 1, None),
        (1e13, None),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("1", None),
        (None, None),
        ([1], None),
    ],
)
def test_a_number_is_rounded_half_away_from_zero_to_six_places(value: Json, expected: int | None) -> None:
    assert millionths(value) == expected


@given(st.decimals(-(10**6), 10**6, places=8))
def test_a_double_is_read_from_its_shortest_text(number: Decimal) -> None:
    double = float(number)
    assert millionths(double) == int((Decimal(repr(double)) * MILLION).to_integral_value(ROUND_HALF_UP))


def test_scalars_keep_their_kind() -> None:
    assert scalar(1) == (Type.NUMBER, MILLION)
    assert scalar("1") == (Type.STRING, "1")
    assert scalar(True) == (Type.BOOLEAN, True)
    nothings: tuple[Json, ...] = (None, [], {}, 1e13)
    assert [scalar(nothing) for nothing in nothings] == [None] * 4


@given(st.integers(-(10**20), 10**20), st.integers(-(10**12), 10**12).filter(bool))
def test_a_quotient_is_exact_to_six_places(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator) * MILLION
    got = quotient(numerator, denominator)
    assert abs(got - exact) <= Fraction(1, 2)
    if abs(got - exact) == Fraction(1, 2):
        assert abs(got) > abs(exact), "a half goes away from zero"


def test_values_as_json_shows_them() -> None:
    assert present(None, Type.NUMBER) is None
    assert present(3 * MILLION, Type.NUMBER) == 3
    assert isinstance(present(3 * MILLION, Type.NUMBER), int)
    assert present(333_333, Type.NUMBER) == 0.333333
    assert present(2 * DAY, Type.INTERVAL) == 172_800
    assert present(DAY, Type.INSTANT) == "1970-01-02T00:00:00Z"
    assert present(True, Type.BOOLEAN) is True
    assert present("x", Type.ANY) == "x"


def test_canonical_text_is_equal_where_values_are() -> None:
    assert canonical({"b": [1.0, None], "a": {"ä": "x"}}) == '{"a":{"ä":"x"},"b":[1,null]}'
    assert canonical({"a": 1, "b": 2.0}) == canonical({"b": 2, "a": 1.0})
    assert canonical([1, "1", True]) != canonical([1, 1, 1])
