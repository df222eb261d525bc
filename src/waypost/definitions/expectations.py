"""The `expect` of a case: what must be true of a person at an instant, with the names and types of the definitions."""

from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from waypost.definitions.findings import Findings, did_you_mean
from waypost.definitions.moments import read_moment
from waypost.definitions.nodes import (
    Items,
    Node,
    Scalar,
    describe,
    mapping_of,
    plain,
    text_of,
    texts_of,
)
from waypost.definitions.nodes import (
    Mapping as MappingNode,
)
from waypost.definitions.shapes import Anything, Either, Flag, ListOf, MapOf, Null, Record, Text
from waypost.model.cases import Expectation
from waypost.model.changes import Definitions
from waypost.model.signals import Signal
from waypost.model.time import Instant, parse_duration, parse_instant
from waypost.model.values import MILLION, Json, Type, Value, millionths, present

EXPECTATION: Final = Record(
    {
        "at": Text('an instant such as "2026-01-05T09:00:00Z"'),
        "person": Text(),
        "stage": Either((Text(), Null()), "a stage, or null"),
        "segments": MapOf(Flag()),
        "signals": MapOf(Anything()),
        "milestones": MapOf(Either((Text(), Null()), "an instant, or null")),
        "traits": MapOf(Anything()),
        "next": Either((Text(), ListOf(Text()), Null()), "a step, a list of steps, or null"),
        "not_now": MapOf(Text()),
    },
    ("at",),
)


def read_expectations(
    node: Node | None,
    people: Collection[str],
    devices: Collection[str],
    definitions: Definitions | None,
    found: Findings,
) -> tuple[Expectation, ...]:
    """The expectations in the order of the file; broken ones are left out, and noted."""
    expectations: list[Expectation] = []
    before: Instant | None = None
    for item in node.items if isinstance(node, Items) else ():
        body = mapping_of(item)
        if body is None:
            continue
        at = read_moment(body.get("at"), before, found)
        person = _person(body, people, devices, found)
        before = at if at is not None else before
        milestones = _milestones(mapping_of(body.get("milestones")), found)
        signals = _signals(mapping_of(body.get("signals")), definitions, found)
        if definitions is not None:
            _check_names(body, definitions, found)
        if at is None or person is None:
            continue
        expectations.append(
            Expectation(
                at=at,
                person=person,
                line=body.place.line,
                given=frozenset(body.names()) - {"at", "person"},
                stage=text_of(body.get("stage")),
                segments={name: value is True for name, value in _plain(body, "segments").items()},
                signals=signals,
                milestones=milestones,
                traits=_plain(body, "traits"),
                next=tuple(each.text for each in texts_of(body.get("next"))),
                not_now={name: str(reason) for name, reason in _plain(body, "not_now").items()},
            )
        )
    return tuple(expectations)


def _plain(body: MappingNode, key: str) -> Mapping[str, Json]:
    content = plain(body.get(key) or MappingNode(body.place, ()))
    return content if isinstance(content, dict) else {}


def _person(body: MappingNode, people: Collection[str], devices: Collection[str], found: Findings) -> str | None:
    """Whom it speaks of: the one named, also by an anonymous id, or the only one there is."""
    node = body.get("person")
    name = text_of(node)
    if node is None and len(people) == 1:
        return next(iter(people))
    if node is None:
        found.error(
            body.place, "missing-key", "the expectation names no person", f"write person: {next(iter(people), 'NAME')}"
        )
    elif name is not None and name not in people and name not in devices:
        found.error(node.place, "unknown-person", f"the case has nobody named `{name}`", did_you_mean(name, people))
        return None
    return name


def _milestones(body: MappingNode | None, found: Findings) -> Mapping[str, Instant | None]:
    reached: dict[str, Instant | None] = {}
    for key, node in body or ():
        at = parse_instant(text_of(node) or "")
        reached[key.text] = at
        if at is None and not (isinstance(node, Scalar) and node.value is None):
            message = (
                f"milestones.{key.text}: expected the instant at which it was reached, or null, found {describe(node)}"
            )
            found.error(node.place, "wrong-value", message, 'write it as "2026-01-05T09:00:00Z"')
    return reached


def _signals(body: MappingNode | None, definitions: Definitions | None, found: Findings) -> Mapping[str, Json]:
    values: dict[str, Json] = {}
    for key, node in body or ():
        signal = definitions.signals.get(key.text) if definitions is not None else None
        values[key.text] = plain(node) if signal is None else _value(signal, node, found)
    return values


def _value(signal: Signal, node: Node, found: Findings) -> Json:
    """A signal's value as `present` shows it, whichever way the case writes it."""
    content, text = plain(node), text_of(node)
    if content is None:
        return None
    value: Value | None
    match signal.type:
        case Type.INSTANT:
            value, wanted = parse_instant(text or ""), 'an instant such as "2026-01-05T09:00:00Z"'
        case Type.INTERVAL:
            value, wanted = parse_duration(text) if text else millionths(content), "an interval: 2 days, or seconds"
        case Type.NUMBER:
            value, wanted = _number(content), "a number"
        case Type.BOOLEAN:
            value, wanted = content if isinstance(content, bool) else None, "true or false"
        case Type.STRING:
            value, wanted = text, "a text"
        case Type.ANY:
            return content
    if value is None:
        message = f"signals.{signal.name}: expected {wanted}, or null, found {describe(node)}"
        found.error(node.place, "wrong-value", message)
    return present(value, signal.type)


def _number(content: Json) -> int | None:
    """A number in millionths, also one that is larger than events may carry: sums are exact."""
    if isinstance(content, bool) or not isinstance(content, int | float):
        return None
    number = Decimal(repr(content))
    return int((number * MILLION).to_integral_value(ROUND_HALF_UP)) if number.is_finite() else None


def _check_names(body: MappingNode, definitions: Definitions, found: Findings) -> None:
    stages = [stage.name for stage in definitions.stages]
    named: tuple[tuple[str, str, Collection[str]], ...] = (
        ("segments", "segment", definitions.segments),
        ("signals", "signal", definitions.signals),
        ("milestones", "milestone", definitions.milestones),
        ("not_now", "step", definitions.steps),
    )
    scalars = [(key, noun, names) for section, noun, names in named for key, _ in mapping_of(body.get(section)) or ()]
    scalars += [(node, "stage", stages) for node in texts_of(body.get("stage"))]
    scalars += [(node, "step", definitions.steps) for node in texts_of(body.get("next"))]
    for node, noun, names in scalars:
        if node.text not in names:
            hint = did_you_mean(node.text, names)
            found.error(node.place, f"unknown-{noun}", f"no {noun} is named `{node.text}`", hint)
