"""Literals of predicates: numbers to six places, intervals in five units, instants; read from SQL's texts."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from waypost.model.conditions import Literal
from waypost.model.time import parse_duration, parse_instant
from waypost.model.values import LIMIT, MILLION, Type

_NUMBER: Final = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a text is no literal, and what to write instead."""

    message: str
    hint: str


def number(text: str) -> Literal | Broken:
    """A number, exactly; one that six places cannot hold is refused, since it would not compare as written."""
    if len(text) > 100 or not _NUMBER.fullmatch(text):
        return Broken(f"`{text[:40]}` is not a number", "write it as 3, 0.25 or 1e6")
    scaled = Decimal(text) * MILLION
    if scaled != scaled.to_integral_value():
        return Broken(f"`{text}` has more than six decimal places", "numbers are exact to six places; round it")
    if abs(scaled) > LIMIT:
        return Broken(f"`{text}` is beyond 10^12", "numbers beyond that are read as NULL")
    return Literal(int(scaled), Type.NUMBER)


def interval(text: str) -> Literal | Broken:
    """An interval in one of the five units."""
    duration = parse_duration(text)
    if duration is not None:
        return Literal(duration, Type.INTERVAL)
    hint = "write INTERVAL '2 days': a whole number and seconds, minutes, hours, days or weeks"
    if re.search(r"month|year|quarter", text, re.IGNORECASE):
        hint = "months and years differ in length; say it in days or weeks"
    return Broken(f"`{text}` is not an interval", hint)


def instant(text: str) -> Literal | Broken:
    """An instant; without an offset it is UTC."""
    at = parse_instant(text)
    if at is None:
        return Broken(
            f"`{text}` is not an instant", "write TIMESTAMP '2026-01-31 09:00' (UTC), or with +02:00 after it"
        )
    return Literal(at, Type.INSTANT)
