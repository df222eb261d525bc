"""A document against its shape: every key and value that does not fit is noted, with what was expected there."""

import re
from typing import assert_never

from waypost.definitions.documents import PREDICATES, QUOTE
from waypost.definitions.findings import Findings, did_you_mean, nearest
from waypost.definitions.nodes import Items, Mapping, Node, Scalar, describe
from waypost.definitions.shapes import (
    Anything,
    Either,
    Flag,
    ListOf,
    MapOf,
    Null,
    Number,
    Predicate,
    Record,
    Shape,
    Span,
    Text,
    Words,
    expected,
    fits,
    is_null,
    may_be_empty,
    may_fit,
)


def inside(where: str, key: str) -> str:
    """The name of what stands under a key, for messages; the file itself has none."""
    return f"{where}.{key}" if where else key


def check(node: Node, shape: Shape, where: str, found: Findings) -> None:
    """Note everything below `node` that does not fit; `where` names it in messages."""
    match shape, node:
        case (Anything(), _):
            _unique(node, where, found)
        case (Either(shapes), _):
            fitting = next((each for each in shapes if may_fit(node, each)), None)
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
            if not fits(node, shape):
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
            check(value, shape.value, inside(where, key.text), found)
        elif not may_be_empty(shape.value):
            wanted = ", ".join(f"`{name}`" for name in shape.value.required)
            hint = f"it needs {wanted}" if wanted else "see the keys that it takes"
            found.error(key.place, "missing-key", f"{inside(where, key.text)} says nothing", hint)


def _check_record(node: Mapping, shape: Record, where: str, found: Findings) -> None:
    _unique(node, where, found, deep=False)
    broken = _broken_predicate(node)
    for key, value in node:
        inner = shape.fields.get(key.text)
        if inner is not None:
            if (broken is None or value is not broken) and not (is_null(value) and may_be_empty(inner)):
                check(value, inner, inside(where, key.text), found)
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
    found.error(key.place, "unknown-key", f"{where or 'a definition file'} has no key `{key.text}`", hint or None)


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
                message = f"`{inside(where, key.text)}` stands twice; first at line {first[key.text].place.line}"
                found.error(key.place, "duplicate-key", message, "keep one of them")
            first.setdefault(key.text, key)
            if deep:
                _unique(value, inside(where, key.text), found)
    elif isinstance(node, Items) and deep:
        for item in node.items:
            _unique(item, where, found)


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
