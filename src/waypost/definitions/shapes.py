"""Shapes: what may stand where in a definition file. One table of shapes serves the check and the editors' schema.

A shape is a closed union; `check` notes every node that does not fit, with what was expected there.
"""

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Final, assert_never

from waypost.definitions.documents import PREDICATES, QUOTE
from waypost.definitions.findings import Findings, did_you_mean, nearest
from waypost.definitions.nodes import Items, Mapping, Node, Scalar, describe
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


def check(node: Node, shape: Shape, where: str, found: Findings) -> None:
    """Note everything below `node` that does not fit; `where` names it in messages."""
    match shape, node:
        case (Anything(), _):
            _unique(node, where, found)
        case (Either(shapes), _):
            fitting = next((each for each in shapes if _may_fit(node, each)), None)
            if fitting is None:
                _wrong(node, shape, where, found)
            else:
                check(node, fitting, where, found)
        case (ListOf(item, least, most), Items(place, items)):
            for number, each in enumerate(items, 1):
                check(each, item, f"{where}, item {number}", found)
            if len(items) < least or (most is not None and len(items) > most):
                wanted = (
                    f"{least}" if least == most else f"at least {least}" if len(items) < least else f"at most {most}"
                )
                found.error(place, "wrong-length", f"{where} has {len(items)} items; expected {wanted}")
        case (MapOf(), Mapping()):
            _check_map(node, shape, where, found)
        case (Record(), Mapping()):
            _check_record(node, shape, where, found)
        case _:
            if not _fits(node, shape):
                _wrong(node, shape, where, found)


def _check_map(node: Mapping, shape: MapOf, where: str, found: Findings) -> None:
    _unique(node, where, found, deep=False)
    if len(node.entries) < shape.least:
        found.error(
            node.place, "wrong-length", f"{where} has {len(node.entries)} entries; expected at least {shape.least}"
        )
    for key, value in node:
        if not re.fullmatch(shape.name, key.text):
            found.error(key.place, "bad-name", f"{where}: `{key.text}` cannot be a name here; expected {shape.what}")
        if not is_null(value) or not isinstance(shape.value, Record):
            check(value, shape.value, f"{where}.{key.text}", found)
        elif not may_be_empty(shape.value):
            wanted = ", ".join(f"`{name}`" for name in shape.value.required)
            hint = f"it needs {wanted}" if wanted else "see the keys that it takes"
            found.error(key.place, "missing-key", f"{where}.{key.text} says nothing", hint)


def _check_record(node: Mapping, shape: Record, where: str, found: Findings) -> None:
    _unique(node, where, found, deep=False)
    broken = _broken_predicate(node)
    for key, value in node:
        inner = shape.fields.get(key.text)
        if inner is not None:
            if (broken is None or value is not broken) and not (is_null(value) and may_be_empty(inner)):
                check(value, inner, f"{where}.{key.text}", found)
        elif broken is None:
            _unknown(key, shape, where, found)
    if broken is not None:
        message = "this predicate holds a comma or colon that YAML reads as its own inside braces"
        found.error(broken.place, "unquoted-predicate", message, QUOTE)
        return
    keys = node.names()
    missing = [name for name in shape.required if name not in keys]
    typos = {nearest(key.text, missing) for key, _ in node if key.text not in shape.fields}
    for name in missing:
        if name not in typos:
            found.error(
                node.place, "missing-key", f"{where} lacks `{name}`", f"`{name}:` takes {expected(shape.fields[name])}"
            )


def _unknown(key: Scalar, shape: Record, where: str, found: Findings) -> None:
    if key.text == "<<":
        hint = "merge keys are not part of YAML 1.2; write the keys out, or use an alias for a whole value"
    elif isinstance(key.value, bool):
        hint = "this key reads as a boolean; quote it"
    else:
        hint = did_you_mean(key.text, shape.fields) or ""
    found.error(key.place, "unknown-key", f"{where} has no key `{key.text}`", hint or None)


def _broken_predicate(node: Mapping) -> Scalar | None:
    """A predicate in braces that YAML cut at a comma: the rest of it stands as keys without a value."""
    if not node.flow:
        return None
    before: Scalar | None = None
    for key, value in node:
        if isinstance(value, Scalar) and not value.source and not value.style and before is not None:
            return before
        before = value if key.text in PREDICATES and isinstance(value, Scalar) and not value.style else before
    return None


def _unique(node: Node, where: str, found: Findings, *, deep: bool = True) -> None:
    """No key twice in one mapping."""
    if isinstance(node, Mapping):
        first: dict[str, Scalar] = {}
        for key, value in node:
            if key.text in first:
                message = f"{where}: `{key.text}` stands twice; first at line {first[key.text].place.line}"
                found.error(key.place, "duplicate-key", message, "keep one of them")
            first.setdefault(key.text, key)
            if deep:
                _unique(value, f"{where}.{key.text}", found)
    elif isinstance(node, Items) and deep:
        for item in node.items:
            _unique(item, where, found)


def _may_fit(node: Node, shape: Shape) -> bool:
    """Whether an alternative is meant: the same sort of node, and for scalars a fitting one."""
    match shape:
        case Record() | MapOf():
            return isinstance(node, Mapping)
        case ListOf():
            return isinstance(node, Items)
        case Anything():
            return True
        case Either(shapes):
            return any(_may_fit(node, each) for each in shapes)
        case _:
            return _fits(node, shape)


def _fits(node: Node, shape: Shape) -> bool:
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


def _wrong(node: Node, shape: Shape, where: str, found: Findings) -> None:
    hint = None
    if isinstance(node, Scalar):
        match shape:
            case Words(words):
                close = nearest(node.text, words)
                hint = f"did you mean `{close}`?" if close else None
            case Text(pattern=None) | Predicate() if node.value is not None:
                hint = "quote it to make it a text"
            case Span() if isinstance(node.value, str) and re.search(r"month|year|quarter", node.value):
                hint = "months and years differ in length; say it in days or weeks"
            case Span() if isinstance(node.value, int):
                hint = f"add a unit: `{node.value} days`"
            case (
                Anything()
                | Null()
                | Text()
                | Number()
                | Flag()
                | Span()
                | Predicate()
                | ListOf()
                | MapOf()
                | Record()
                | Either()
            ):
                hint = None
            case _:
                assert_never(shape)
    found.error(node.place, "wrong-value", f"{where}: expected {expected(shape)}, found {describe(node)}", hint)
