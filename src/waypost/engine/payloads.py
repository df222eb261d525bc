"""Texts, properties and traits made fit for every store: what SQLite, Parquet or PostgreSQL cannot hold is mended.

A NUL character and half a surrogate pair become U+FFFD inside properties, since the event counts all the same; in ids
and names they are refused, since two different ids must not become one. Whole numbers beyond 64 bits are kept as
doubles, and what JSON cannot write as null; both lie outside ±10¹² and count as NULL anyhow.
"""

import math
from collections.abc import Mapping
from typing import Final

from waypost.model.values import Json

MAX_DEPTH: Final = 20
"""Levels of lists and objects inside properties or traits."""

WIDEST: Final = 2**63 - 1

_NOTHING: Final[Mapping[str, Json]] = {}


class Unfit(Exception):  # noqa: N818  a finding about a message, and no error of the program
    """Something that no event can carry; `code` is a stable word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def shown(value: object) -> str:
    """The value as a refusal quotes it, cut at 60 characters."""
    if isinstance(value, str):
        value = value[:60]
    elif isinstance(value, int) and value.bit_length() > 64:
        return "a number of more than 64 bits"
    elif isinstance(value, Mapping | list | tuple):
        return "an object" if isinstance(value, Mapping) else "a list"
    text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."


def text(value: str, field: str, limit: int) -> str:
    """The text itself, where every store can hold and index it."""
    if len(value) > limit:
        raise Unfit("too_long", f"{field} has {len(value)} characters; at most {limit} are taken")
    if not value.isprintable() and mended(value) != value:
        raise Unfit("bad_text", f"{field} contains a NUL character or half a surrogate pair; send it without")
    return value


def mended(value: str) -> str:
    """The text with U+FFFD for each NUL and half surrogate pair."""
    if value.isprintable():
        return value
    return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def fields(value: Json, field: str) -> Mapping[str, Json]:
    """An object whose names and values every store can hold; the very same one where nothing needed mending."""
    if value is None:
        return _NOTHING
    if not isinstance(value, (dict, Mapping)):
        raise Unfit("not_an_object", f"{field} is {shown(value)}; expected an object")
    for key, inner in value.items():
        kind = type(inner)
        if kind is str:
            sound = inner.isprintable()  # type: ignore[union-attr]  # it is a str
        elif kind is float:
            sound = math.isfinite(inner)  # type: ignore[arg-type]  # it is a float
        elif kind is int:
            sound = -WIDEST <= inner <= WIDEST  # type: ignore[operator]  # it is an int
        else:
            sound = inner is None or kind is bool
        if not sound or type(key) is not str or not key.isprintable():
            return {_key(name, field): repaired(item, field) for name, item in value.items()}
    return value


def repaired(value: Json, field: str, depth: int = 1) -> Json:
    """The value with every text mended and every number that JSON cannot write as null."""
    if isinstance(value, str):
        return mended(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if depth > MAX_DEPTH:
        raise Unfit("too_deep", f"{field} nests more than {MAX_DEPTH} levels; flatten it")
    if isinstance(value, Mapping):
        return {_key(key, field): repaired(inner, field, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [repaired(inner, field, depth + 1) for inner in value]
    raise Unfit("bad_value", f"{field} holds a {type(value).__name__}, which is no JSON value")


def _number(value: float) -> Json:
    """The number in 64 bits, as every engine reads it; null where it has none."""
    if isinstance(value, int) and -WIDEST <= value <= WIDEST:
        return value
    try:
        wide = float(value)
    except OverflowError:
        return None
    return wide if math.isfinite(wide) else None


def _key(key: object, field: str) -> str:
    if not isinstance(key, str):
        raise Unfit("bad_value", f"{field} has the key {shown(key)}; keys must be texts")
    return mended(key)
