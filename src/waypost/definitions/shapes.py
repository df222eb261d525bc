"""Shapes: what may stand where in a definition file. One table of shapes serves the check and the editors' schema.

A shape is a closed union; `fitting.check` notes every node that does not fit, with what was expected there.
"""

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Final, assert_never

from waypost.definitions.nodes import Items, Mapping, Node, Scalar
from waypost.model.time import parse_duration


@dataclass(frozen=True, slots=True)
class Text:
    """A text; where `pattern` is given, one that matches it, which `what` puts in words."""

    what: str = "a text"
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `least` to `most`; whole ones only where `whole`."""

    what: str = "a number"
    whole: bool = False
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: a whole number and one of the five units; 0 of them only where `zero`."""

    zero: bool = False


@dataclass(frozen=True, slots=True)
class Predicate:
    """An SQL boolean expression; its own rules are checked in `conditions`."""


@dataclass(frozen=True, slots=True)
class Words:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of `least` or more."""

    item: "Shape"
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping from names of one's own to one shape. `name` is a pattern that `what` puts in words."""

    value: "Shape"
    name: str = ".+"
    what: str = "a name"
    least: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys."""

    fields: MappingOf[str, "Shape"]
    required: tuple[str, ...] = ()
    least: int = 0
    help: MappingOf[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes; `what` puts them in words."""

    shapes: tuple["Shape", ...]
    what: str


@dataclass(frozen=True, slots=True)
class Null:
    """Nothing, said on purpose: `null`."""


@dataclass(frozen=True, slots=True)
class Anything:
    """Whatever JSON can say."""


Shape = Text | Number | Flag | Span | Predicate | Words | ListOf | MapOf | Record | Either | Null | Anything

SPAN: Final = "a duration such as `7 days` (seconds, minutes, hours, days, weeks)"


def expected(shape: Shape) -> str:
    """What a shape wants, in words."""
    match shape:
        case Text(what=what) | Number(what=what) | Either(what=what):
            return what
        case Flag():
            return "true or false"
        case Span():
            return SPAN
        case Predicate():
            return "a predicate"
        case Words(words):
            return "one of " + ", ".join(f"`{word}`" for word in words)
        case ListOf():
            return "a list"
        case MapOf() | Record():
            return "a mapping"
        case Null():
            return "null"
        case Anything():
            return "a value"
        case _:
            assert_never(shape)


def may_be_empty(shape: Shape) -> bool:
    """Whether nothing at all may stand where a list or mapping is expected (its lines may be commented out)."""
    match shape:
        case ListOf(least=least) | MapOf(least=least):
            return least == 0
        case Record(required=required, least=least):
            return not required and least == 0
        case _:
            return False


def is_null(node: Node) -> bool:
    """Whether a node says nothing."""
    return isinstance(node, Scalar) and node.value is None


def may_fit(node: Node, shape: Shape) -> bool:
    """Whether an alternative is meant: the same sort of node, and for scalars a fitting one."""
    match shape:
        case Record() | MapOf():
            return isinstance(node, Mapping)
        case ListOf():
            return isinstance(node, Items)
        case Anything():
            return True
        case Either(shapes):
            return any(may_fit(node, each) for each in shapes)
        case _:
            return fits(node, shape)


def fits(node: Node, shape: Shape) -> bool:
    """Whether a scalar is what the shape of a scalar wants."""
    if not isinstance(node, Scalar):
        return False
    value = node.value
    match shape:
        case Text(pattern=pattern):
            return isinstance(value, str) and (pattern is None or re.fullmatch(pattern, value) is not None)
        case Number(whole=whole, least=least, most=most):
            if isinstance(value, bool) or not isinstance(value, int | float) or (whole and isinstance(value, float)):
                return False
            return (least is None or value >= least) and (most is None or value <= most)
        case Flag():
            return isinstance(value, bool)
        case Span(zero):
            duration = parse_duration(value) if isinstance(value, str) else None
            return bool(duration) or (zero and duration == 0)
        case Predicate():
            return isinstance(value, str | bool)
        case Words(words):
            return isinstance(value, str) and value in words
        case Null():
            return value is None
        case _:
            return False
