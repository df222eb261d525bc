"""Values that definitions compare: numbers to six places, texts, booleans, instants and intervals.

A number is kept as a whole number of millionths, read from its decimal text once and rounded half away from zero
(semantics.md 13), so that sums are exact and every engine agrees who is over a threshold.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from waypost.model.time import write_instant

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Value = int | str | bool
"""A number (millionths), instant or interval (microseconds) as int; a text; a boolean. What it is, its `Type` says."""

MILLION: Final = 10**6
LIMIT: Final = 10**12 * MILLION
"""Numbers beyond ±10¹² are read as NULL."""


class Type(StrEnum):
    """What kind of value an operand has."""

    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    INTERVAL = "interval"
    ANY = "any"
    """A scalar of a type nobody declared: compared with a literal, it counts only where it has the literal's type."""


def millionths(value: Json) -> int | None:
    """A JSON number in millionths, rounded half away from zero; None for anything else and beyond ±10¹²."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        scaled: int = value * MILLION
    elif isinstance(value, float):
        number = Decimal(repr(value))
        if not number.is_finite() or number.adjusted() > 13:
            return None
        scaled = int((number * MILLION).to_integral_value(ROUND_HALF_UP))
    else:
        return None
    return scaled if -LIMIT <= scaled <= LIMIT else None


def scalar(value: Json) -> tuple[Type, Value] | None:
    """A JSON scalar with its type; None for null, lists, objects and numbers out of range."""
    if isinstance(value, bool):
        return Type.BOOLEAN, value
    if isinstance(value, str):
        return Type.STRING, value
    number = millionths(value)
    return None if number is None else (Type.NUMBER, number)


def quotient(numerator: int, denominator: int) -> int:
    """`numerator / denominator` in millionths, rounded half away from zero; the denominator is not 0."""
    sign = 1 if (numerator >= 0) == (denominator > 0) else -1
    return sign * ((2 * abs(numerator) * MILLION + abs(denominator)) // (2 * abs(denominator)))


def present(value: Value | None, type_: Type) -> Json:
    """A value as JSON shows it: numbers as numbers, intervals in seconds, instants in RFC 3339."""
    if value is None or isinstance(value, bool | str):
        return value
    if type_ is Type.INSTANT:
        return write_instant(value)
    whole, rest = divmod(value, MILLION)
    return whole if rest == 0 else float(Decimal(value).scaleb(-6))


def canonical(value: Json) -> str:
    """JSON text that is equal exactly where the values are: sorted keys, no spaces, 1.0 as 1."""

    def plain(item: Json) -> Json:
        if isinstance(item, float) and item.is_integer():
            return int(item)
        if isinstance(item, Mapping):
            return {key: plain(inner) for key, inner in item.items()}
        if isinstance(item, Sequence) and not isinstance(item, str):
            return [plain(inner) for inner in item]
        return item

    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
